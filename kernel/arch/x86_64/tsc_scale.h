/* The arithmetic between TSC ticks and nanoseconds. Pure: no hardware is touched. */
#pragma once

#include "lib/base.h"

#define NS_PER_SECOND 1000000000UL

/* Later deadlines (36 years after boot) are treated as this one. */
#define TSC_SCALE_NS_MAX (1UL << 60)

/* Fixed-point factors; zero factors make every time 0, which is the clock before its calibration.
 */
struct tsc_scale {
	uint64_t base;	       /* TSC at nanosecond 0 */
	uint64_t ns_per_tick;  /* 32 bits after the point, rounded down */
	uint64_t ticks_per_ns; /* 56 bits after the point, rounded up from ns_per_tick's inverse */
};

/* high:low / divisor, rounded down; high must be below divisor, so that the quotient fits. */
uint64_t div_128_by_64(uint64_t high, uint64_t low, uint64_t divisor);

/* value * numerator / denominator, rounded down; the result must fit, denominator is not 0. */
uint64_t mul_div(uint64_t value, uint64_t numerator, uint64_t denominator);

/* Prepare `scale` for a TSC of `hz` (1 kHz to 200 GHz) that showed `base` at nanosecond 0. */
void tsc_scale_init(struct tsc_scale *scale, uint64_t hz, uint64_t base);

/* Nanoseconds that the clock shows at TSC `tsc` (not before scale->base). */
static inline uint64_t tsc_scale_to_ns(const struct tsc_scale *scale, uint64_t tsc)
{
	unsigned __int128 product = (unsigned __int128)(tsc - scale->base) * scale->ns_per_tick;

	return (uint64_t)(product >> 32);
}

/*
 * A TSC at which the clock shows `ns` or more, at most two ticks after the first such one as long
 * as `ns` is below a day; later by a few ticks more. `ns` above TSC_SCALE_NS_MAX counts as that.
 */
static inline uint64_t tsc_scale_from_ns(const struct tsc_scale *scale, uint64_t ns)
{
	unsigned __int128 product;

	if (ns > TSC_SCALE_NS_MAX)
		ns = TSC_SCALE_NS_MAX;
	product = (unsigned __int128)ns * scale->ticks_per_ns;
	return scale->base + (uint64_t)(product >> 56) + 1;
}

/* From TSC `now` on the TSC runs at `hz`; the clock shows there what it did, or a bit more. */
void tsc_scale_change(struct tsc_scale *scale, uint64_t hz, uint64_t now);
