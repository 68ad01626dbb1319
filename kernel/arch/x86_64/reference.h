/* Counters of known rate, beside which the TSC and the APIC timer are measured. */
#pragma once

#include "arch/x86_64/tsc.h"

/* A counter that runs upward at `hz` and wraps at `mask`. */
struct reference {
	enum clock_timer timer;
	const struct clock_sources *sources;
	uint64_t hz;
	uint32_t mask;
	uint8_t port_b; /* PIT: what closing must restore */
};

/* The reference changed to `value` at TSC `tsc`, give or take `width` / 2. */
struct edge {
	uint64_t tsc, width;
	uint32_t value;
};

/*
 * Prepare CLOCK_HPET, CLOCK_PM_TIMER or CLOCK_PIT. False when the machine does not have it, or it
 * stands still, which takes 200 reads to see. What was opened must be closed.
 */
bool reference_open(struct reference *ref, enum clock_timer timer,
		    const struct clock_sources *sources);
void reference_close(const struct reference *ref);

/* The sharpest of some edges: a host may preempt us in one. False when it stands still. */
bool reference_edge(const struct reference *ref, struct edge *best);

/* Wait `us` microseconds (at most 20 ms) from where it showed `start`. False when it stops. */
bool reference_wait(const struct reference *ref, uint32_t start, uint32_t us);
