#include "core/claim.h"

#include "lib/upcall.h"

void claim_init(struct claim *claim)
{
	claim->owner = NULL;
	waitq_init(&claim->waiters);
}

bool claim_try(struct claim *claim, struct thread *thread)
{
	bool taken;

	lock_acquire(&claim->waiters.lock);
	taken = !claim->owner;
	if (taken)
		claim->owner = thread;
	lock_release(&claim->waiters.lock);
	return taken;
}

void claim_release(struct claim *claim, struct thread *thread)
{
	lock_acquire(&claim->waiters.lock);
	if (claim->owner != thread)
		panic("claim released by thread %p, but %p owns it", (void *)thread,
		      (void *)claim->owner);
	claim->owner = NULL;
	lock_release(&claim->waiters.lock);
	waitq_wake_one(&claim->waiters);
}
