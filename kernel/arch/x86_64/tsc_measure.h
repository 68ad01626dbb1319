/* Measuring the TSC and the APIC timer against a counter of known rate. */
#pragma once

#include "arch/x86_64/tsc.h"

enum reference_kind { REFERENCE_NONE, REFERENCE_HPET, REFERENCE_PM_TIMER, REFERENCE_PIT };

/* A counter that runs upward at `hz` and wraps at `mask`. */
struct reference {
	enum reference_kind kind;
	const struct clock_sources *sources;
	uint64_t hz;
	uint32_t mask;
	uint8_t port_b; /* PIT: what stop must restore */
};

struct measurement {
	uint64_t tsc_hz;
	uint64_t apic_timer_hz; /* 0 when there is no APIC */
	uint32_t error_ppm;
};

/*
 * Prepare the reference `kind`. False when the machine does not have it, or it stands still, which
 * shows within about 0.2 ms. A reference that was opened must be closed.
 */
bool reference_open(struct reference *ref, enum reference_kind kind,
		    const struct clock_sources *sources);
void reference_close(const struct reference *ref);
const char *reference_name(const struct reference *ref);

/*
 * Measure over `us` microseconds (at most 20 ms). False when the reference stops, or gives a rate
 * that no TSC has.
 */
bool reference_measure(const struct reference *ref, uint32_t us, struct measurement *m);

/* Rate of the APIC timer by a TSC of known rate, over `us` microseconds; 0 without an APIC. */
uint64_t measure_apic_timer(uint64_t tsc_hz, uint32_t us);
