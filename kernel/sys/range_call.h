/*
 * Calls on a range of memory: their work is done in chunks (mm/space.h), under the claim on the
 * space, so that the areas do not change in between.
 */
#pragma once

#include "proc/thread.h"

/* A chunk of a call's work: its result, or SYS_AGAIN when more is to do. The claim is held. */
typedef sysret_t range_work(struct space *space, struct range_call *call);

/* The claim is not free, or a chunk was not the last: what range_call_start() does then. */
sysret_t range_call_wait(struct thread *thread);
sysret_t range_call_again(struct thread *thread);

/* After a chunk. A change that has begun is carried through: a kill waits for it. */
static inline sysret_t range_call_after_chunk(struct thread *thread, sysret_t result)
{
	if (unlikely(result == SYS_AGAIN))
		return thread_continue(thread, SYS_AGAIN, range_call_again, NULL, CONT_NONE);
	claim_release(&thread->space->claim, thread);
	if (unlikely(thread->cont.range.then))
		return thread->cont.range.then(thread, result);
	return result;
}

/*
 * Begin a call of the current thread. Inline, so that the first chunk, which is nearly always the
 * only one, is a direct call.
 */
static inline __attribute__((always_inline)) sysret_t
range_call_start(range_work *work, uint64_t addr, uint64_t length, int prot, int flags)
{
	struct thread *thread = current_thread();
	struct range_call *call = &thread->cont.range;

	call->work = work;
	call->then = NULL;
	call->addr = addr;
	call->length = length;
	call->cursor = 0;
	call->prot = prot;
	call->flags = flags;
	if (unlikely(!claim_try(&thread->space->claim, thread)))
		return range_call_wait(thread);
	return range_call_after_chunk(thread, work(thread->space, call));
}
