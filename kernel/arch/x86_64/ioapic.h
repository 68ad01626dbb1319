/*
 * I/O APICs (Intel 82093AA data sheet): they turn the wires of devices, numbered as global system
 * interrupts (GSI), into interrupts of a CPU. Callers serialise.
 */
#pragma once

#include "lib/base.h"

/*
 * Add the I/O APIC whose registers are mapped, uncached, at `regs` and whose pin 0 is GSI
 * `gsi_base`, and mask all its entries: firmware may have left live ones, `live` of them. Returns
 * the number of pins; 0 when there is no I/O APIC at `regs` or when there is no room for another.
 */
unsigned int ioapic_init(volatile void *regs, uint32_t gsi_base, unsigned int *live);

/* True when an I/O APIC that was added has the pin of `gsi`. */
bool ioapic_has(uint32_t gsi);

/*
 * Send `gsi` from now on to `vector` of the CPU with `apic_id`, as a level or edge triggered
 * interrupt that is active low or high. False when no such pin exists, or when an I/O APIC cannot
 * name that CPU (APIC ID above 254 needs interrupt remapping).
 */
bool ioapic_route(uint32_t gsi, uint8_t vector, uint32_t apic_id, bool level, bool active_low);

/* Send `gsi` as an NMI to the CPU with `apic_id`. False as above. */
bool ioapic_route_nmi(uint32_t gsi, uint32_t apic_id, bool active_low);

/* Hold back, or let through again, what ioapic_route() set up. Unknown pins are left alone. */
void ioapic_mask(uint32_t gsi);
void ioapic_unmask(uint32_t gsi);
