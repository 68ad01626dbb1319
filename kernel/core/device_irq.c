#include "core/device_irq.h"

#include "abi/errno.h"
#include "arch/x86_64/vectors.h"

static uint32_t allocated;		/* atomic: so many, from VECTOR_DEVICE on */
static struct irq_action *actions[256]; /* atomic: the latest of each vector; none ever leaves */

int device_irq_alloc(void)
{
	uint32_t n = __atomic_load_n(&allocated, __ATOMIC_RELAXED);

	do {
		if (n == VECTOR_DEVICE_END - VECTOR_DEVICE)
			return -ENOSPC;
	} while (!__atomic_compare_exchange_n(&allocated, &n, n + 1, false, __ATOMIC_RELAXED,
					      __ATOMIC_RELAXED));
	return VECTOR_DEVICE + (int)n;
}

void device_irq_add(uint8_t vector, struct irq_action *action)
{
	struct irq_action *latest = __atomic_load_n(&actions[vector], __ATOMIC_RELAXED);

	do {
		action->next = latest;
	} while (!__atomic_compare_exchange_n(&actions[vector], &latest, action, false,
					      __ATOMIC_RELEASE, __ATOMIC_RELAXED));
}

bool device_irq_run(uint8_t vector)
{
	bool handled = false;

	for (struct irq_action *action = __atomic_load_n(&actions[vector], __ATOMIC_ACQUIRE);
	     action; action = action->next)
		handled |= action->handle(action);
	return handled;
}
