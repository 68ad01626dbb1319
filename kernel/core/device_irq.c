#include "core/device_irq.h"

#include "abi/errno.h"
#include "arch/x86_64/tsc.h"
#include "arch/x86_64/vectors.h"

#define STORM_GAP 100000000UL /* ns */

struct vector {
	struct irq_action *actions; /* atomic: the latest; none ever leaves */

	/* By the CPU that takes it; read by all. */
	struct irq_counts counts;
	uint64_t last; /* ns: when an interrupt was not claimed */
	uint32_t in_a_row;
};

static uint32_t allocated; /* atomic: so many, from VECTOR_DEVICE on */
static struct vector vectors[256];

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
	struct irq_action **head = &vectors[vector].actions;
	struct irq_action *latest = __atomic_load_n(head, __ATOMIC_RELAXED);

	do {
		action->next = latest;
	} while (!__atomic_compare_exchange_n(head, &latest, action, false, __ATOMIC_RELEASE,
					      __ATOMIC_RELAXED));
}

/* Wires may be slow to fall, and one such interrupt now and then is no storm. */
static enum irq_outcome note_unclaimed(struct vector *v)
{
	uint64_t now = clock_ns();

	v->counts.unclaimed++;
	v->in_a_row = now - v->last < STORM_GAP ? v->in_a_row + 1 : 1;
	v->last = now;
	if (v->in_a_row < DEVICE_IRQ_STORM)
		return IRQ_UNCLAIMED;
	v->in_a_row = 0;
	return IRQ_STORM;
}

enum irq_outcome device_irq_run(uint8_t vector)
{
	struct vector *v = &vectors[vector];
	struct irq_action *action = __atomic_load_n(&v->actions, __ATOMIC_ACQUIRE);
	bool claimed = false;

	if (!action)
		return IRQ_NOBODYS;
	for (; action; action = action->next)
		claimed |= action->handle(action);
	if (!claimed)
		return note_unclaimed(v);
	v->counts.claimed++;
	v->in_a_row = 0;
	return IRQ_CLAIMED;
}

bool device_irq_counts(uint8_t vector, struct irq_counts *counts)
{
	*counts = vectors[vector].counts;
	return __atomic_load_n(&vectors[vector].actions, __ATOMIC_RELAXED);
}
