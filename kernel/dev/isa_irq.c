#include "dev/isa_irq.h"

#include "arch/x86_64/apic.h"
#include "arch/x86_64/cpu.h"
#include "arch/x86_64/ioapic.h"
#include "arch/x86_64/pic.h"
#include "arch/x86_64/vectors.h"

static struct acpi_override overrides[ISA_IRQS]; /* constant after boot */

void isa_irq_init(const struct acpi_madt_info *madt)
{
	for (uint8_t irq = 0; irq < ISA_IRQS; irq++)
		overrides[irq] = (struct acpi_override){.irq = irq, .gsi = irq};
	for (unsigned i = 0; i < madt->n_overrides; i++) {
		if (madt->overrides[i].irq < ISA_IRQS)
			overrides[madt->overrides[i].irq] = madt->overrides[i];
	}
}

uint32_t isa_irq_gsi(uint8_t irq)
{
	return overrides[irq].gsi;
}

/* What firmware says in these bits, or, where it leaves that to the bus, the bus's way. */
static bool is_set(uint16_t flags, uint16_t mask, uint16_t value, bool otherwise)
{
	return (flags & mask) ? (flags & mask) == value : otherwise;
}

static bool route_by_ioapic(const struct acpi_override *irq, uint8_t vector, bool pci)
{
	return ioapic_route(irq->gsi, vector, this_cpu()->apic_id,
			    is_set(irq->flags, ACPI_TRIGGER_MASK, ACPI_TRIGGER_LEVEL, pci),
			    is_set(irq->flags, ACPI_POLARITY_MASK, ACPI_POLARITY_LOW, pci));
}

uint8_t isa_irq_route(uint8_t irq, uint8_t vector, bool pci)
{
	if (route_by_ioapic(&overrides[irq], vector, pci))
		return vector;
	if (apic_mode() != APIC_NONE)
		apic_accept_8259(true);
	pic_unmask(irq);
	return (uint8_t)(VECTOR_PIC + irq);
}
