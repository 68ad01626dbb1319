#include "sys/range_call.h"

#include "abi/errno.h"
#include "proc/claim_wait.h"
#include "proc/signal.h"

sysret_t range_call_again(struct thread *thread)
{
	struct range_call *call = &thread->cont.range;
	sysret_t result = call->work(thread->space, call);

	return range_call_after_chunk(thread, result);
}

sysret_t range_call_wait(struct thread *thread)
{
	struct claim *claim = &thread->space->claim;

	if (signal_fatal_pending(thread)) {
		claim_give_up(claim, thread);
		return -EINTR;
	}
	if (!claim_or_wait(claim, thread))
		return thread_continue(thread, SYS_BLOCKED, range_call_wait, NULL, CONT_NONE);
	return range_call_again(thread);
}
