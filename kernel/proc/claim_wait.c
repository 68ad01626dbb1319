#include "proc/claim_wait.h"

bool claim_or_wait(struct claim *claim, struct thread *thread)
{
	thread_cancel_wait(thread);
	if (claim_try(claim, thread))
		return true;
	thread_prepare_wait(thread);
	waitq_add(&claim->waiters, &thread->waiters[0], thread);
	/* It may have been given back meanwhile. */
	if (!claim_try(claim, thread))
		return false;
	thread_cancel_wait(thread);
	return true;
}

void claim_give_up(struct claim *claim, struct thread *thread)
{
	thread_cancel_wait(thread);
	/* The one wake-up of the last release may have been for this thread. */
	waitq_wake_one(&claim->waiters);
}
