/* ACPI's power management timer as a time reference (ACPI 6.5, 4.8.3.3). */
#pragma once

#include "lib/base.h"

#define PM_TIMER_HZ 3579545UL

/* From the FADT: at a port, or memory-mapped when `regs` is not NULL. */
struct pm_timer {
	uint16_t port;
	const volatile void *regs;
	uint8_t bits; /* of the counter: 24 or 32; 0: there is no timer */
};

/* The counter's value, `bits` wide; it runs upward at PM_TIMER_HZ. */
uint32_t pm_timer_read(const struct pm_timer *timer);

/* All ones in the width of the counter. */
static inline uint32_t pm_timer_mask(const struct pm_timer *timer)
{
	return timer->bits >= 32 ? UINT32_MAX : (1U << timer->bits) - 1;
}
