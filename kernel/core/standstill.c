#include "core/standstill.h"

#include "arch/x86_64/apic.h"
#include "arch/x86_64/cpu.h"
#include "arch/x86_64/cr.h"
#include "arch/x86_64/vectors.h"
#include "core/lock.h"
#include "core/symbols.h"
#include "lib/upcall.h"

static bool taken;		 /* atomic: a CPU is at it */
static bool wanted;		 /* atomic: all others are to wait */
static uint32_t waiting;	 /* atomic: so many do */
static void (*on_arrival)(void); /* written before `wanted` is set */

static uint32_t ask_others(void)
{
	uint32_t others = 0;

	for (uint32_t id = 0; id < cpu_count; id++) {
		const struct cpu *cpu = cpu_by_id(id);

		if (cpu == this_cpu() || !cpu->online)
			continue;
		apic_send_ipi(cpu->apic_id, VECTOR_RESCHED);
		others++;
	}
	return others;
}

static void wait_for(uint32_t number)
{
	while (__atomic_load_n(&waiting, __ATOMIC_ACQUIRE) != number) {
		cpu_relax();
		smp_poll();
	}
}

bool standstill_begin(void (*arrive)(void))
{
	bool nobody = false;

	locks_assert_none();
	if (!__atomic_compare_exchange_n(&taken, &nobody, true, false, __ATOMIC_ACQUIRE,
					 __ATOMIC_RELAXED))
		return false;
	on_arrival = arrive;
	__atomic_store_n(&wanted, true, __ATOMIC_SEQ_CST);
	wait_for(ask_others());
	if (arrive)
		arrive();
	return true;
}

/* The last waits until all have left, so that the next standstill counts its own. */
void standstill_end(void)
{
	__atomic_store_n(&wanted, false, __ATOMIC_RELEASE);
	wait_for(0);
	__atomic_store_n(&taken, false, __ATOMIC_RELEASE);
}

bool standstill_is_held(void)
{
	return __atomic_load_n(&taken, __ATOMIC_RELAXED);
}

void standstill_note(void)
{
	if (unlikely(__atomic_load_n(&wanted, __ATOMIC_SEQ_CST)))
		this_cpu()->work |= CPU_WORK_STAND;
}

void standstill_serve(void)
{
	const struct lock *held = this_cpu()->held;

	/* It may be over: an interrupt can come late. */
	if (!__atomic_load_n(&wanted, __ATOMIC_ACQUIRE))
		return;
	if (held)
		panic("CPU %u stands still in the middle of something: it holds '%s' (taken in %s)",
		      this_cpu()->id, held->name, symbol_function(held->caller));
	if (on_arrival)
		on_arrival();
	__atomic_fetch_add(&waiting, 1, __ATOMIC_ACQ_REL);
	while (__atomic_load_n(&wanted, __ATOMIC_ACQUIRE)) {
		cpu_relax();
		smp_poll();
	}
	__atomic_fetch_sub(&waiting, 1, __ATOMIC_ACQ_REL);
}
