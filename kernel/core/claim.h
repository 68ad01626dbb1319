/*
 * Claims: exclusion that outlives a kernel entry, where a lock never may. fork, exec, munmap and
 * exit work in chunks and return to the exit loop in between; what must not change meanwhile is
 * claimed by the thread that works on it.
 */
#pragma once

#include "core/waitq.h"

struct claim {
	struct thread *owner; /* atomic: NULL when free */
	struct waitq waiters;
};

/* Make a claim that is free. */
void claim_init(struct claim *claim);

/*
 * Take the claim for `thread` if it is free; false otherwise. No lock. A full barrier: a thread
 * that queues itself on claim->waiters and then finds the claim taken will be woken.
 */
__must_check bool claim_try(struct claim *claim, struct thread *thread);

/*
 * Give the claim back and wake the thread that has waited longest for it. Panics unless `thread`
 * owns it. Takes RANK_WAITQ if somebody waits.
 */
void claim_release(struct claim *claim, struct thread *thread);
