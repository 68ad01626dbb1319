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

/* The low 32 bits of the main counter, which runs upward at hpet->hz. */
uint32_t hpet_read(const struct hpet *hpet);
