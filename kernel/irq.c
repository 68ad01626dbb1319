#include "irq.h"

#include "arch/x86_64/apic.h"
#include "arch/x86_64/pic.h"
#include "arch/x86_64/vectors.h"
#include "core/device_irq.h"
#include "core/log.h"
#include "core/standstill.h"
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

/* A vector that nothing was set up to raise: told once a vector. */
static void unexpected_irq(uint64_t vector)
{
	static uint64_t told[BITMAP_WORDS(256)];

	this_cpu()->spurious++;
	if (bitmap_test(told, (unsigned)vector))
		return;
	bitmap_set(told, (unsigned)vector);
	log_line("interrupt %lu on CPU %u, which nobody expected", vector, this_cpu()->id);
}

void irq_handle(uint64_t vector, struct thread *thread)
{
	switch (vector) {
	case VECTOR_TIMER:
		apic_eoi();
		timer_irq(thread);
		return;
	case VECTOR_PIC: /* IRQ 0: the timer of a CPU without an APIC */
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
	if (!device_irq_run((uint8_t)vector))
		unexpected_irq(vector);
	if (vector >= VECTOR_PIC && vector < VECTOR_PIC + PIC_IRQS)
		pic_eoi((unsigned)(vector - VECTOR_PIC));
	else
		apic_eoi();
}
