#include "mm/drain.h"

#include "arch/x86_64/apic.h"
#include "arch/x86_64/cpu.h"
#include "arch/x86_64/vectors.h"
#include "mm/frames.h"
#include "mm/slab.h"

static uint64_t asked;			 /* atomic: the newest ticket */
static DEFINE_PERCPU(uint64_t, drained); /* atomic: the newest ticket that the CPU has seen */
struct waitq drain_waiters;

void drain_init(void)
{
	waitq_init(&drain_waiters);
}

/*
 * The ticket is written before the interrupt is sent, and a CPU reads it before it drains: so one
 * that was draining already is asked again.
 */
uint64_t drain_ask(void)
{
	uint64_t ticket = __atomic_add_fetch(&asked, 1, __ATOMIC_SEQ_CST);
	struct cpu *me = this_cpu();

	me->work |= CPU_WORK_DRAIN;
	for (uint32_t id = 0; id < cpu_count; id++) {
		if (id != me->id && cpu_by_id(id)->online)
			apic_send_ipi(cpu_by_id(id)->apic_id, VECTOR_RESCHED);
	}
	return ticket;
}

bool drain_done(uint64_t ticket)
{
	for (uint32_t id = 0; id < cpu_count; id++) {
		if (cpu_by_id(id)->online &&
		    __atomic_load_n(PERCPU_OF(id, drained), __ATOMIC_SEQ_CST) < ticket)
			return false;
	}
	return true;
}

void drain_note(void)
{
	if (*PERCPU(drained) != __atomic_load_n(&asked, __ATOMIC_SEQ_CST))
		this_cpu()->work |= CPU_WORK_DRAIN;
}

void drain_this_cpu(void)
{
	uint64_t ticket = __atomic_load_n(&asked, __ATOMIC_SEQ_CST);

	slab_drain();
	frames_drain();
	__atomic_store_n(PERCPU(drained), ticket, __ATOMIC_SEQ_CST);
	if (drain_done(ticket))
		waitq_wake_all(&drain_waiters);
}
