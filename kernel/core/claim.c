#include "core/claim.h"

#include "lib/upcall.h"

void claim_init(struct claim *claim)
{
	claim->owner = NULL;
	waitq_init(&claim->waiters);
}

bool claim_try(struct claim *claim, struct thread *thread)
{
	struct thread *nobody = NULL;

	return __atomic_compare_exchange_n(&claim->owner, &nobody, thread, false, __ATOMIC_SEQ_CST,
					   __ATOMIC_SEQ_CST);
}

/*
 * Pairs with waiters, which queue first and then try again: either the exchange comes before their
 * try, or they are on the queue when it is looked at.
 */
void claim_release(struct claim *claim, struct thread *thread)
{
	struct thread *owner = __atomic_exchange_n(&claim->owner, NULL, __ATOMIC_SEQ_CST);

	if (unlikely(owner != thread))
		panic("claim released by thread %p, but %p owns it", (void *)thread, (void *)owner);
	if (!waitq_empty(&claim->waiters))
		waitq_wake_one(&claim->waiters);
}
