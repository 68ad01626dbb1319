/*
 * The TSC's rate as CPUID or a hypervisor states it, and the rounding of measured rates. Pure: the
 * caller reads CPUID.
 */
#pragma once

#include "lib/base.h"

/* What a TSC may run at, in Hz. */
#define TSC_HZ_MIN 1000000UL
#define TSC_HZ_MAX 20000000000UL

/* Rates in Hz; 0: not stated. */
struct stated_rates {
	uint64_t tsc_hz;
	uint64_t apic_timer_hz;
};

/*
 * From CPUID leaf 0x15 (`denominator` EAX, `numerator` EBX, `crystal_hz` ECX) and leaf 0x16 (base
 * frequency `base_mhz` EAX, 0 if there is no such leaf): SDM 3B 18.7.3. A crystal that is not
 * stated is found by the base frequency when that gives one of the crystals in use to 1%.
 */
struct stated_rates tsc_rate_from_crystal(uint32_t denominator, uint32_t numerator,
					  uint32_t crystal_hz, uint32_t base_mhz);

/* From a hypervisor's leaf 0x40000010 (EAX and EBX): kHz of the TSC and of the APIC timer. */
struct stated_rates tsc_rate_from_hypervisor(uint32_t tsc_khz, uint32_t apic_khz);

/* True when `measured` is within one part in `parts` of `stated`. */
bool rate_agrees(uint64_t stated, uint64_t measured, uint64_t parts);

/*
 * A measured rate, moved to the next multiple of 10 MHz when that is within 100 ppm: emulators,
 * hypervisors and clock generators are built for round figures, and a window of 1 ms is not more
 * exact than this.
 */
uint64_t rate_round(uint64_t measured);
