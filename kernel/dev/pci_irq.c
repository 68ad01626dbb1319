#include "dev/pci_irq.h"

#include "abi/errno.h"
#include "arch/x86_64/cpu.h"
#include "arch/x86_64/io.h"
#include "dev/isa_irq.h"
#include "mm/kmap.h"

/* A message to one CPU: fixed delivery, edge-triggered (SDM 3A 11.11). */
#define MESSAGE_ADDRESS(id) (0xfee00000U | (id) << 12)
#define APIC_ID_MAX	    254

/* MSI, PCI 6.8.1; its control is in the upper half of its first word. */
#define MSI_ENABLE    0x00010000U
#define MSI_COUNT     0x00700000U /* messages in use; 0: one */
#define MSI_64	      0x00800000U
#define MSI_MASKS     0x01000000U
#define MSI_ADDRESS   4
#define MSI_DATA_MASK 0xffffU

/* MSI-X, 6.8.2 */
#define MSIX_ENABLE   0x80000000U
#define MSIX_MASK_ALL 0x40000000U
#define MSIX_ENTRY    16
#define MSIX_UPPER    4
#define MSIX_DATA     8
#define MSIX_CONTROL  12
#define MSIX_MASKED   1U

/* A vector for the action, if a message can name this CPU. */
static int message_vector(struct irq_action *action)
{
	int vector;

	if (this_cpu()->apic_id > APIC_ID_MAX)
		return -EOPNOTSUPP;
	vector = device_irq_alloc();
	if (vector >= 0)
		device_irq_add((uint8_t)vector, action);
	return vector;
}

int pci_msi_enable(const struct pci_device *device, struct irq_action *action)
{
	unsigned cap = device->caps.msi, data;
	uint32_t control;
	int vector;

	if (!cap)
		return -ENODEV;
	vector = message_vector(action);
	if (vector < 0)
		return vector;
	control = pci_read(device->at, cap) & ~(MSI_ENABLE | MSI_COUNT);
	pci_write(device->at, cap, control);
	data = cap + ((control & MSI_64) ? 12 : 8);
	pci_write(device->at, cap + MSI_ADDRESS, MESSAGE_ADDRESS(this_cpu()->apic_id));
	if (control & MSI_64)
		pci_write(device->at, cap + MSI_ADDRESS + 4, 0);
	pci_write(device->at, data,
		  (pci_read(device->at, data) & ~MSI_DATA_MASK) | (uint32_t)vector);
	if (control & MSI_MASKS)
		pci_write(device->at, data + 4, 0);
	pci_write(device->at, cap, control | MSI_ENABLE);
	pci_command(device, PCI_COMMAND_MASTER | PCI_COMMAND_NO_INT, 0);
	return 0;
}

/* Entry `n` of the table raises `vector`; -1: nothing. */
static void set_entry(volatile uint8_t *table, unsigned n, int vector)
{
	volatile uint8_t *entry = table + (size_t)n * MSIX_ENTRY;

	mmio_write32(entry + MSIX_CONTROL, MSIX_MASKED);
	if (vector < 0)
		return;
	mmio_write32(entry, MESSAGE_ADDRESS(this_cpu()->apic_id));
	mmio_write32(entry + MSIX_UPPER, 0);
	mmio_write32(entry + MSIX_DATA, (uint32_t)vector);
	mmio_write32(entry + MSIX_CONTROL, 0);
}

int pci_msix_enable(const struct pci_device *device, struct irq_action *actions, unsigned count)
{
	const struct pci_msix *msix = &device->msix;
	unsigned cap = device->caps.msix;
	uint32_t control;
	uint8_t *table;

	if (count > msix->vectors)
		return -ENODEV;
	table = mmio_map(device->bars[msix->bar].address + msix->offset,
			 (uint64_t)msix->vectors * MSIX_ENTRY, KMAP_MMIO);
	if (!table)
		return -ENOMEM;
	control = pci_read(device->at, cap) & ~(MSIX_ENABLE | MSIX_MASK_ALL);
	pci_command(device, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER | PCI_COMMAND_NO_INT, 0);
	pci_write(device->at, cap, control | MSIX_ENABLE | MSIX_MASK_ALL);
	for (unsigned n = 0; n < msix->vectors; n++) {
		int vector = n < count ? message_vector(&actions[n]) : -1;

		set_entry(table, n, vector);
		if (n < count && vector < 0)
			return vector; /* all stay masked */
	}
	pci_write(device->at, cap, control | MSIX_ENABLE);
	return 0;
}

int pci_intx_enable(const struct pci_device *device, struct irq_action *action)
{
	static uint8_t vectors[ISA_IRQS]; /* that the wires arrive as; 0: not routed yet */
	uint8_t line = device->line;

	if (!device->pin || line == 0 || line >= ISA_IRQS)
		return -ENODEV;
	if (!vectors[line]) {
		int vector = device_irq_alloc();

		if (vector < 0)
			return vector;
		vectors[line] = isa_irq_route(line, (uint8_t)vector, true);
	}
	device_irq_add(vectors[line], action);
	if (isa_irq_masked(line)) /* nobody claimed it: now somebody may */
		isa_irq_mask(line, false);
	pci_command(device, 0, PCI_COMMAND_NO_INT);
	return 0;
}
