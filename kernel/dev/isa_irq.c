#include "dev/isa_irq.h"

#include "arch/x86_64/apic.h"
#include "arch/x86_64/cpu.h"
#include "arch/x86_64/ioapic.h"
#include "arch/x86_64/pic.h"
#include "arch/x86_64/vectors.h"
#include "core/lock.h"

static struct acpi_override overrides[ISA_IRQS]; /* constant after boot */
static struct lock controllers_lock = LOCK_INIT("interrupt controllers", RANK_PORT);
static uint8_t vectors[ISA_IRQS]; /* atomic: that they arrive as; 0: not routed */
static uint16_t held;		  /* [controllers_lock] masks of those that are held back */

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
	bool by_8259s;

	lock_acquire(&controllers_lock);
	by_8259s = !route_by_ioapic(&overrides[irq], vector, pci);
	if (by_8259s) {
		vector = (uint8_t)(VECTOR_PIC + irq);
		if (apic_mode() != APIC_NONE)
			apic_accept_8259(true);
		pic_unmask(irq);
	}
	__atomic_store_n(&vectors[irq], vector, __ATOMIC_RELAXED);
	lock_release(&controllers_lock);
	return vector;
}

int isa_irq_of(uint8_t vector)
{
	for (int irq = 0; irq < ISA_IRQS; irq++) {
		if (__atomic_load_n(&vectors[irq], __ATOMIC_RELAXED) == vector)
			return irq;
	}
	return -1;
}

void isa_irq_mask(uint8_t irq, bool masked)
{
	bool by_8259s = vectors[irq] == VECTOR_PIC + irq;
	uint16_t bit = (uint16_t)(1U << irq);

	lock_acquire(&controllers_lock);
	held = masked ? held | bit : held & ~bit;
	if (by_8259s && masked)
		pic_mask(irq);
	else if (by_8259s)
		pic_unmask(irq);
	else if (masked)
		ioapic_mask(overrides[irq].gsi);
	else
		ioapic_unmask(overrides[irq].gsi);
	lock_release(&controllers_lock);
}

bool isa_irq_masked(uint8_t irq)
{
	return __atomic_load_n(&held, __ATOMIC_RELAXED) >> irq & 1;
}
