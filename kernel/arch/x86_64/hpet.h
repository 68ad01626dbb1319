/* The HPET's main counter as a time reference (IA-PC HPET specification 1.0a). */
#pragma once

#include "lib/base.h"

struct hpet {
	volatile void *regs; /* NULL: none */
	uint64_t hz;
	uint8_t timers; /* comparators */
};

/* Only the low half is read: a 64-bit read is torn on some chipsets, and some HPETs have 32 bits.
 */
#define HPET_MASK 0xffffffffU

/*
 * Look at the HPET whose 1 KiB of registers is mapped, uncached, at `regs`. Silences whatever
 * firmware left running on it (comparator interrupts, legacy replacement) and starts the main
 * counter. False, with hpet->regs NULL, when the registers are not those of an HPET.
 */
bool hpet_init(struct hpet *hpet, volatile void *regs);

/*
 * Interrupts of comparator 0, edge triggered, every `ns`, at an I/O APIC's pin: those that it can
 * be routed to are the bits of hpet_periodic_pins(); 0 where it has no periodic mode. Stopping and
 * resuming is one write of a register, callable from an NMI. (2.3.8)
 */
uint32_t hpet_periodic_pins(const struct hpet *hpet);
void hpet_start_periodic(const struct hpet *hpet, uint32_t pin, uint64_t ns);
void hpet_stop_periodic(const struct hpet *hpet);
void hpet_resume_periodic(const struct hpet *hpet);

/* The low 32 bits of the main counter, which runs upward at hpet->hz. */
uint32_t hpet_read(const struct hpet *hpet);
