/* The command on interrupts. */
#include "arch/x86_64/cpu.h"
#include "core/device_irq.h"
#include "dev/isa_irq.h"
#include "monitor/command.h"

#define VECTORS 256

static void tell_cpu(struct run *run, uint32_t id)
{
	const struct cpu *cpu = cpu_by_id(id);

	if (cpu->online)
		print(&run->out, "CPU %u: %lu NMIs, %lu spurious, %lu not expected\n", id,
		      cpu->nmis, cpu->spurious, cpu->unexpected);
}

static void tell_vector(struct run *run, uint8_t vector)
{
	struct irq_counts counts;
	int irq = isa_irq_of(vector);

	if (!device_irq_counts(vector, &counts))
		return;
	print(&run->out, "interrupt %u", vector);
	if (irq >= 0)
		print(&run->out, " (IRQ %d%s)", irq,
		      isa_irq_masked((uint8_t)irq) ? ", masked" : "");
	print(&run->out, ": %lu claimed, %lu not\n", counts.claimed, counts.unclaimed);
}

/* A CPU a call, then a vector. */
bool run_interrupts(struct run *run)
{
	uint32_t n = (uint32_t)run->cursor++;

	if (n < cpu_count)
		tell_cpu(run, n);
	else
		tell_vector(run, (uint8_t)(n - cpu_count));
	return run->cursor < cpu_count + VECTORS;
}
