/*
 * Interrupts of PCI functions, raised by QEMU's devices that can be asked to: edu, by wire and by
 * message, and e1000e by MSI-X; and remapping units that are on. An interrupt comes only when the
 * kernel has been left, so a task raises them, one a turn.
 */
#include "abi/errno.h"
#include "arch/x86_64/cpu.h"
#include "arch/x86_64/io.h"
#include "core/log.h"
#include "dev/iommu.h"
#include "dev/pci_irq.h"
#include "ktest/ktest.h"
#include "lib/upcall.h"
#include "mm/kmap.h"
#include "proc/ktask.h"

#define KINDS 2 /* of interrupts that a device raises, in turns */

/* The device under test; written by the task, and by the handlers of its CPU. */
static struct {
	struct irq_action actions[KINDS];
	volatile uint8_t *regs;
	struct thread *task;
	const char *way;
	uint64_t rounds, came[KINDS];
	bool (*acknowledge)(void);
	void (*raise)(uint64_t round);
} test;

/* All rounds so far have been answered. */
static bool is_answered(void)
{
	return test.came[0] + test.came[1] >= test.rounds;
}

static sysret_t pci_test_turn(struct thread *task)
{
	thread_cancel_wait(task);
	if (test.rounds < ktest_rounds && is_answered())
		test.raise(test.rounds++);
	thread_prepare_wait(task);
	if (test.rounds == ktest_rounds && is_answered())
		log_line("ktest: %s: %lu and %lu interrupts on CPU %u", test.way, test.came[0],
			 test.came[1], this_cpu()->id);
	if (!is_answered() || test.rounds == ktest_rounds)
		return SYS_BLOCKED;
	thread_cancel_wait(task);
	return SYS_AGAIN;
}

/* cppcheck-suppress constParameter -- a handler's type */
static bool came(struct irq_action *action)
{
	if (!test.acknowledge())
		return false;
	test.came[action - test.actions]++;
	thread_wake(test.task);
	return true;
}

static void begin(uint16_t vendor, uint16_t id, const char *way,
		  int (*enable)(const struct pci_device *device), uint32_t cpu)
{
	const struct pci_device *device = pci_find(vendor, id);
	int error = device ? 0 : -ENODEV;

	if (device) {
		pci_command(device, PCI_COMMAND_MEMORY, 0);
		test.regs = mmio_map(device->bars[0].address, device->bars[0].size, KMAP_MMIO);
		test.way = way;
		for (unsigned i = 0; i < KINDS; i++)
			test.actions[i].handle = came;
		error = enable(device);
	}
	if (error || !test.regs) {
		log_line("ktest: %s: error %d", way, error);
		return;
	}
	test.task = ktask_start_on("pci test", pci_test_turn, cpu);
	ASSERT(test.task);
}

/* --- edu (QEMU's docs/specs/edu.txt) --- */

#define EDU_IRQ_STATUS 0x24
#define EDU_IRQ_RAISE  0x60
#define EDU_IRQ_ACK    0x64

static bool edu_acknowledge(void)
{
	uint32_t status = mmio_read32(test.regs + EDU_IRQ_STATUS);

	mmio_write32(test.regs + EDU_IRQ_ACK, status);
	return status != 0;
}

static void edu_raise(uint64_t round)
{
	mmio_write32(test.regs + EDU_IRQ_RAISE, (uint32_t)round + 1);
}

static int edu_enable_msi(const struct pci_device *device)
{
	return pci_msi_enable(device, &test.actions[0]);
}

static int edu_enable_intx(const struct pci_device *device)
{
	return pci_intx_enable(device, &test.actions[0]);
}

static void edu_msi(uint32_t cpu)
{
	test.acknowledge = edu_acknowledge;
	test.raise = edu_raise;
	begin(0x1234, 0x11e8, "edu by MSI", edu_enable_msi, cpu);
}
KTEST("edu-msi", edu_msi);

static void edu_intx(uint32_t cpu)
{
	test.acknowledge = edu_acknowledge;
	test.raise = edu_raise;
	begin(0x1234, 0x11e8, "edu by INTx", edu_enable_intx, cpu);
}
KTEST("edu-intx", edu_intx);

/* --- e1000e (Intel 82574 data sheet, 10.2.4): receive queue 0 by vector 0, transmit 0 by 1 --- */

#define E1000E_ICS  0xc8 /* raises */
#define E1000E_IMS  0xd0 /* lets through */
#define E1000E_EIAC 0xdc /* cleared when a message has been sent */
#define E1000E_IVAR 0xe4
#define E1000E_RXQ0 0x00100000U
#define E1000E_TXQ0 0x00400000U
#define IVAR_VALID  0x8U

static bool e1000e_acknowledge(void)
{
	return true;
}

static void e1000e_raise(uint64_t round)
{
	/* The message has cleared what it was sent for. */
	mmio_write32(test.regs + E1000E_IMS, E1000E_RXQ0 | E1000E_TXQ0);
	mmio_write32(test.regs + E1000E_ICS, round % 2 ? E1000E_TXQ0 : E1000E_RXQ0);
}

static int e1000e_enable(const struct pci_device *device)
{
	int error = pci_msix_enable(device, test.actions, KINDS);

	mmio_write32(test.regs + E1000E_IVAR, IVAR_VALID | (IVAR_VALID | 1) << 8);
	mmio_write32(test.regs + E1000E_EIAC, E1000E_RXQ0 | E1000E_TXQ0);
	return error;
}

static void e1000e_msix(uint32_t cpu)
{
	test.acknowledge = e1000e_acknowledge;
	test.raise = e1000e_raise;
	begin(0x8086, 0x10d3, "e1000e by MSI-X", e1000e_enable, cpu);
}
KTEST("e1000e-msix", e1000e_msix);

/* --- remapping: switched on where QEMU has its units, and stopped again --- */

#define INTEL_UNIT 0xfed90000U
#define AMD_UNIT   0xfed80000U

static uint8_t *unit_regs;

static void *unit_mapped(uint64_t base, uint64_t size)
{
	(void)base;
	(void)size;
	return unit_regs;
}

static void iommu_intel(uint32_t cpu)
{
	static const uint32_t commands[] = {0x80000000, 0x82000000};
	static const struct acpi_iommu_info info = {.n_units = 1, .units = {{false, {INTEL_UNIT}}}};

	(void)cpu;
	unit_regs = mmio_map(INTEL_UNIT, PAGE_SIZE, KMAP_MMIO);
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		mmio_write32(unit_regs + 0x18, commands[i]);
	mmio_write32(unit_regs + 0x64, 0x80000000);
	log_line("ktest: status %08x, protection %08x", mmio_read32(unit_regs + 0x1c),
		 mmio_read32(unit_regs + 0x64));
	iommus_stop(&info, unit_mapped);
	log_line("ktest: status %08x, protection %08x", mmio_read32(unit_regs + 0x1c),
		 mmio_read32(unit_regs + 0x64));
}
KTEST("iommu-intel", iommu_intel);

static void iommu_amd(uint32_t cpu)
{
	static const struct acpi_iommu_info info = {.n_units = 1, .units = {{true, {AMD_UNIT}}}};

	(void)cpu;
	unit_regs = mmio_map(AMD_UNIT, PAGE_SIZE, KMAP_MMIO);
	mmio_write64(unit_regs + 0x18, 1);
	log_line("ktest: control %lx", mmio_read64(unit_regs + 0x18) & 1);
	iommus_stop(&info, unit_mapped);
	log_line("ktest: control %lx", mmio_read64(unit_regs + 0x18) & 1);
}
KTEST("iommu-amd", iommu_amd);
