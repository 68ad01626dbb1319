/*
 * Windows in which all timers are measured: between two marks, each of which says what every timer
 * showed at which TSC.
 */
#pragma once

#include "arch/x86_64/reference.h"

#define REFERENCES 3 /* CLOCK_HPET, CLOCK_PM_TIMER, CLOCK_PIT */

struct references {
	struct reference at[REFERENCES];
	uint32_t open; /* CLOCK_BITs */
};

/* The APIC timer showed `count` at TSC `tsc`, give or take `width` / 2. */
struct apic_sample {
	uint64_t tsc, width;
	uint32_t count;
};

struct clock_mark {
	struct edge edge[REFERENCES];
	uint32_t seen; /* CLOCK_BITs: the others stand still */
};

/* Open those that are there and run; a millisecond at most. They must be closed. */
void references_open(struct references *refs, const struct clock_sources *sources);
void references_close(const struct references *refs);

/* What each that is open shows now, by its sharpest edge of some: a dozen microseconds. */
void references_mark(const struct references *refs, struct clock_mark *mark);

/* Wait `us` microseconds (at most 20 ms) from a mark by any of them. False when all have stopped.
 */
bool references_wait(const struct references *refs, const struct clock_mark *from, uint32_t us);

/*
 * What each reference says of the time between two marks; window->torn where one has stopped since,
 * or has had the time to come round, by a TSC of about `tsc_hz`.
 */
void references_compare(const struct references *refs, const struct clock_mark *from,
			const struct clock_mark *to, uint64_t tsc_hz, struct clock_window *window);

/*
 * The APIC timer counts down from its maximum, masked, until it is stopped; samples of it, none
 * without an APIC. What it had been armed for is lost.
 */
void apic_timer_start(void);
void apic_timer_stop(void);
struct apic_sample apic_timer_sample(void);

/* Its rate by a TSC of known rate, from two samples; 0 without an APIC. */
uint64_t apic_timer_rate(const struct apic_sample *from, const struct apic_sample *to,
			 uint64_t tsc_hz);

/* What the APIC timer says of the TSC when `hz` is thought to be its own rate. */
struct clock_opinion apic_timer_opinion(const struct apic_sample *from,
					const struct apic_sample *to, uint64_t hz);
