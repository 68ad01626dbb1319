/*
 * A wire that no driver quiets: QEMU's edu pulls its own, and a handler says that it was another
 * device. Then one comes that claims it; and with 8259s a request that goes before it is taken.
 */
#include "abi/errno.h"
#include "arch/x86_64/cpu.h"
#include "arch/x86_64/io.h"
#include "arch/x86_64/vectors.h"
#include "core/log.h"
#include "dev/isa_irq.h"
#include "dev/pci_irq.h"
#include "ktest/ktest.h"
#include "lib/upcall.h"
#include "mm/kmap.h"
#include "proc/ktask.h"

#define EDU_IRQ_RAISE 0x60
#define EDU_IRQ_ACK   0x64

static const struct pci_device *device;
static volatile uint8_t *regs;
static uint64_t claimed;

static void pull_wire(bool pull)
{
	mmio_write32(regs + (pull ? EDU_IRQ_RAISE : EDU_IRQ_ACK), 1);
}

/* cppcheck-suppress constParameter -- a handler's type */
static bool claim_nothing(struct irq_action *action)
{
	(void)action;
	return false;
}

/* cppcheck-suppress constParameter -- a handler's type */
static bool claim_it(struct irq_action *action)
{
	(void)action;
	pull_wire(false);
	claimed++;
	return true;
}

/* It passes the second 8259, which then takes it back; the first one goes on asking the CPU. */
static void pull_in_vain(void)
{
	isa_irq_mask(device->line, true);
	pull_wire(true);
	isa_irq_mask(device->line, false);
	isa_irq_mask(device->line, true);
	pull_wire(false);
}

static void let_handle(struct irq_action *action)
{
	if (pci_intx_enable(device, action))
		panic("edu has no wire");
}

/* A step a turn, since interrupts come between turns only. */
static sysret_t unclaimed_turn(struct thread *task)
{
	static struct irq_action bad = {.handle = claim_nothing}, good = {.handle = claim_it};
	static enum { PULL, STORM, CLAIM, END } step;

	if (step == PULL) {
		let_handle(&bad);
		pull_wire(true);
		step = STORM;
	} else if (step == STORM && isa_irq_masked(device->line)) {
		let_handle(&good);
		step = CLAIM;
	} else if (step == CLAIM && claimed) {
		log_line("ktest: %lu interrupts claimed", claimed);
		if (isa_irq_of(VECTOR_PIC + device->line) >= 0)
			pull_in_vain();
		step = END;
	} else if (step == END) {
		log_line("ktest: %lu spurious interrupts", this_cpu()->spurious);
		thread_prepare_wait(task);
		return SYS_BLOCKED;
	}
	return SYS_AGAIN;
}

static void edu_unclaimed(uint32_t cpu)
{
	device = pci_find(0x1234, 0x11e8);
	if (device) {
		pci_command(device, PCI_COMMAND_MEMORY, 0);
		regs = mmio_map(device->bars[0].address, device->bars[0].size, KMAP_MMIO);
	}
	if (!regs || !ktask_start_on("unclaimed", unclaimed_turn, cpu))
		panic("no edu, or no memory");
}
KTEST("edu-unclaimed", edu_unclaimed);
