/*
 * Wait queues (architecture: "waiting without lost wake-ups"). A thread that has to wait
 *	1. marks itself waiting (proc/thread.h),
 *	2. adds an entry to every queue that may end the wait,
 *	3. rechecks what it waits for, and its signals,
 *	4. returns SYS_BLOCKED; the exit loop parks it.
 * Entries live in the thread's continuation and are removed when it runs again. Whoever makes the
 * condition true does so before it wakes the queue, so either step 3 sees it or the waker sees the
 * entry.
 */
#pragma once

#include "core/lock.h"
#include "lib/list.h"

struct waitq {
	struct lock lock;
	struct list waiters; /* [lock] struct waiter, in order of arrival */
};

struct waiter {
	struct list link; /* [queue's lock] */
	struct thread *thread;
	struct waitq *queue; /* NULL while on none; the thread's own */
};

/* Make an empty queue. */
void waitq_init(struct waitq *queue);

/* Is nobody queued? Read without the lock: for those who order it by barriers (core/claim.c). */
static inline bool waitq_empty(const struct waitq *queue)
{
	return __atomic_load_n(&queue->waiters.next, __ATOMIC_SEQ_CST) == &queue->waiters;
}

/* Queue `thread` by `waiter`, which must be on no queue. Takes RANK_WAITQ. */
void waitq_add(struct waitq *queue, struct waiter *waiter, struct thread *thread);

/* Take `waiter` off its queue, if it is on one. Takes RANK_WAITQ. */
void waitq_remove(struct waiter *waiter);

/* Wake all who wait, or the one that waits longest. They stay queued. Takes RANK_WAITQ. */
void waitq_wake_all(struct waitq *queue);
void waitq_wake_one(struct waitq *queue);
