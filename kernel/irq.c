#include "irq.h"

#include "arch/x86_64/apic.h"
#include "arch/x86_64/apic_timer.h"
#include "arch/x86_64/pic.h"
#include "arch/x86_64/vectors.h"
#include "core/device_irq.h"
#include "core/log.h"
#include "core/standstill.h"
#include "dev/isa_irq.h"
#include "mm/drain.h"
#include "mm/tlb_flush.h"
#include "monitor/monitor.h"
#include "proc/watchdog.h"

static void timer_irq(struct thread *thread)
{
	if (thread)
		thread->timer_irqs++;
	if (timers_run())
		this_cpu()->work |= CPU_WORK_RESCHED;
}

/* For what is told once a vector. */
static bool told_before(uint8_t vector)
{
	static uint64_t told[BITMAP_WORDS(256)];

	if (bitmap_test(told, vector))
		return true;
	bitmap_set(told, vector);
	return false;
}

/* Nothing was set up to raise it. */
static void unexpected_irq(uint8_t vector)
{
	if (this_cpu()->id == 0 && apic_take_inherited(vector)) {
		this_cpu()->spurious++;
		log_line("interrupt %u had been requested before the boot", vector);
		return;
	}
	this_cpu()->unexpected++;
	if (!told_before(vector))
		log_line("interrupt %u on CPU %u, which nobody expected", vector, this_cpu()->id);
}

/* All who share the vector say that it was another's. */
static void unclaimed_irq(uint8_t vector, bool storm)
{
	int irq = isa_irq_of(vector);

	if (!told_before(vector))
		log_line("interrupt %u (IRQ %d) on CPU %u: no device says that it is its own",
			 vector, irq, this_cpu()->id);
	if (storm && irq >= 0) {
		isa_irq_mask((uint8_t)irq, true);
		log_line("IRQ %d: nobody claims it, %u times in a row: masked", irq,
			 DEVICE_IRQ_STORM);
	}
}

/* Before its end of interrupt: a wire that nobody quiets would raise it again at once. */
static void device_irq(uint8_t vector)
{
	enum irq_outcome outcome = device_irq_run(vector);

	if (outcome == IRQ_NOBODYS)
		unexpected_irq(vector);
	else if (outcome != IRQ_CLAIMED)
		unclaimed_irq(vector, outcome == IRQ_STORM);
}

void irq_handle(uint64_t vector, struct thread *thread)
{
	switch (vector) {
	case VECTOR_TIMER:
		apic_eoi();
		timer_irq(thread);
		return;
	case VECTOR_PIC: /* IRQ 0: the timer of a CPU without an APIC */
		if (timer_in_use() != TIMER_PIT)
			break;
		pic_eoi(0);
		timer_irq(thread);
		return;
	case VECTOR_RESCHED: /* the exit loop looks */
		apic_eoi();
		drain_note();
		standstill_note();
		watchdog_note();
		return;
	case VECTOR_TLB:
		apic_eoi();
		tlb_serve();
		return;
	case VECTOR_SERIAL:
		apic_eoi();
		monitor_wake();
		return;
	case VECTOR_PIC + 3: /* the same, of a machine without I/O APICs: COM2, */
	case VECTOR_PIC + 4: /* COM1 */
		pic_eoi((unsigned)(vector - VECTOR_PIC));
		monitor_wake();
		return;
	case VECTOR_SPURIOUS: /* no EOI (SDM 3A 11.9) */
		this_cpu()->spurious++;
		return;
	}
	if (pic_handle_spurious(vector)) {
		this_cpu()->spurious++;
		return;
	}
#ifdef MUTANT_early_eoi
	apic_eoi();
	device_irq((uint8_t)vector);
	return;
#endif
	device_irq((uint8_t)vector);
	if (vector >= VECTOR_PIC && vector < VECTOR_PIC + PIC_IRQS)
		pic_eoi((unsigned)(vector - VECTOR_PIC));
	else
		apic_eoi();
}
