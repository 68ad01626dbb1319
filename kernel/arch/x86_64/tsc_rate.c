#include "arch/x86_64/tsc_rate.h"

#define ROUND_STEP  10000000UL
#define ROUND_PARTS 10000UL

/* The crystals of CPUs that leave leaf 0x15 ECX zero, and of their successors (SDM 3B 18.7.3). */
static const uint32_t crystals[] = {19200000, 24000000, 25000000, 38400000};

static uint64_t distance(uint64_t a, uint64_t b)
{
	return a > b ? a - b : b - a;
}

bool rate_agrees(uint64_t stated, uint64_t measured, uint64_t parts)
{
	return distance(stated, measured) <= stated / parts;
}

static uint32_t guess_crystal(uint32_t denominator, uint32_t numerator, uint32_t base_mhz)
{
	uint64_t nominal = base_mhz * 1000000UL * denominator / numerator;

	for (size_t i = 0; i < ARRAY_SIZE(crystals); i++) {
		if (rate_agrees(crystals[i], nominal, 100))
			return crystals[i];
	}
	return 0;
}

struct stated_rates tsc_rate_from_crystal(uint32_t denominator, uint32_t numerator,
					  uint32_t crystal_hz, uint32_t base_mhz)
{
	struct stated_rates rates = {0};

	if (denominator == 0 || numerator == 0)
		return rates;
	if (crystal_hz == 0)
		crystal_hz = guess_crystal(denominator, numerator, base_mhz);
	rates.tsc_hz = (uint64_t)crystal_hz * numerator / denominator;
	rates.apic_timer_hz = rates.tsc_hz ? crystal_hz : 0;
	return rates;
}

struct stated_rates tsc_rate_from_hypervisor(uint32_t tsc_khz, uint32_t apic_khz)
{
	return (struct stated_rates){.tsc_hz = tsc_khz * 1000UL,
				     .apic_timer_hz = apic_khz * 1000UL};
}

uint64_t rate_round(uint64_t measured)
{
	uint64_t round = (measured + ROUND_STEP / 2) / ROUND_STEP * ROUND_STEP;

	return round && rate_agrees(round, measured, ROUND_PARTS) ? round : measured;
}
