/*
 * Kernel tasks: threads without a user frame, for work that interrupt handlers and locked code must
 * not do themselves. A task does one bounded chunk a turn.
 */
#pragma once

#include "proc/thread.h"

/*
 * Start a task. `turn` does a chunk (at most 50,000 instructions) and returns SYS_AGAIN when more
 * is to do, or waits: thread_prepare_wait(task), recheck, return SYS_BLOCKED. thread_wake() starts
 * it again. Tasks run before user threads. NULL without memory.
 */
struct thread *ktask_start(const char *name, sysret_t (*turn)(struct thread *task));

/* The same, on CPU `cpu` only. */
struct thread *ktask_start_on(const char *name, sysret_t (*turn)(struct thread *task),
			      uint32_t cpu);

/*
 * The turn of a task whose work is `do_some`, which says whether it did any: it waits only when
 * nothing is to do even after it has said that it waits. Inline, so that the call is a direct one.
 */
static inline __attribute__((always_inline)) sysret_t ktask_turn(struct thread *task,
								 bool (*do_some)(void))
{
	if (do_some())
		return SYS_AGAIN;
	thread_prepare_wait(task);
	if (!do_some())
		return SYS_BLOCKED;
	thread_cancel_wait(task);
	return SYS_AGAIN;
}

/* Visit all tasks: NULL starts, NULL ends. They never end. tree_lock must be held. */
struct thread *ktask_next(const struct thread *task);
