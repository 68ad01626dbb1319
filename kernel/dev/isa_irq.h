/*
 * The 16 interrupts of ISA devices, and those of PCI devices that share them: by an I/O APIC, or
 * where there is none by the 8259s. What changes a controller takes RANK_PORT.
 */
#pragma once

#include "dev/acpi_tables.h"

#define ISA_IRQS 16

/* Keep where the MADT says that they arrive (ACPI 5.2.12.5). At boot. */
void isa_irq_init(const struct acpi_madt_info *madt);

/* The global system interrupt that `irq` arrives as. */
uint32_t isa_irq_gsi(uint8_t irq);

/*
 * Send `irq` to this CPU as `vector`, or, by the 8259s, as VECTOR_PIC + irq. Returns the vector.
 * Unless firmware says otherwise it is edge-triggered and active high, or, on the PCI bus, level-
 * triggered and active low.
 */
uint8_t isa_irq_route(uint8_t irq, uint8_t vector, bool pci);

/* The interrupt that arrives as `vector`; -1: none. */
int isa_irq_of(uint8_t vector);

/* Hold `irq` back, or let it through again. It has been routed. Also from its handler. */
void isa_irq_mask(uint8_t irq, bool masked);

/* Is it held back by isa_irq_mask()? */
bool isa_irq_masked(uint8_t irq);
