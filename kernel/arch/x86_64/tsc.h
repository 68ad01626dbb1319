/*
 * The clock: the TSC, its rate found at boot against whatever reference the machine has, scaled to
 * nanoseconds since the kernel's first instruction.
 */
#pragma once

#include "arch/x86_64/clock_judge.h"
#include "arch/x86_64/cr.h"
#include "arch/x86_64/hpet.h"
#include "arch/x86_64/pmtimer.h"
#include "arch/x86_64/tsc_scale.h"

/* What the rate may be found by; nothing of it is mandatory. */
struct clock_sources {
	uint64_t boot_tsc;		 /* nanosecond 0 */
	const struct hpet *hpet;	 /* NULL: none */
	const struct pm_timer *pmtimer;	 /* NULL: none */
	bool pit;			 /* a PIT may be looked for */
	uint32_t permille[CLOCK_TIMERS]; /* of its rate that a timer is made to run at; 0: 1000 */
};

/* The rate `hz` of a timer as the kernel is to take it, so that the timer runs fast or slow by it.
 */
static inline uint64_t clock_rate_taken(const struct clock_sources *sources, enum clock_timer timer,
					uint64_t hz)
{
	return sources->permille[timer] ? hz * 1000 / sources->permille[timer] : hz;
}

/* How it was found. */
struct clock_report {
	const char *source; /* "CPUID", "hypervisor", "HPET", "PM timer", "PIT"; or "nothing" */
	bool assumed;	    /* nothing exists: 1 GHz, which the caller should tell */
	bool stated_wrong;  /* CPUID stated a rate that a reference contradicted */
	uint64_t tsc_hz;
	uint64_t apic_timer_hz; /* input of the divider; 0: there is no APIC, or nobody needs it */
	struct clock_window window; /* how it was measured */
	uint64_t waited_tsc;	    /* ticks that all of this took */
};

extern struct tsc_scale clock_scale;

/*
 * Find the rates of the TSC and the APIC timer, and start clock_ns(). Once, on the boot CPU, after
 * apic_init(), with interrupts off. Waits 1 ms, in one window for all timers; never above 2 ms,
 * also when references stand still. Nothing is interrupted: the APIC timer runs masked. Of
 * references that contradict each other those that are more are believed.
 */
void clock_calibrate(const struct clock_sources *sources, struct clock_report *report);

/*
 * From now on the TSC runs at `hz`: clock_ns() goes on from what it shows. While the machine stands
 * still (core/standstill.h). A timer that is armed may come late, by as much as the rate was wrong.
 */
void clock_set_rate(uint64_t hz);

/* Nanoseconds since boot, monotonic; 0 before clock_calibrate(). */
static inline uint64_t clock_ns(void)
{
	return tsc_scale_to_ns(&clock_scale, rdtsc());
}

/* The TSC at which clock_ns() reaches `ns`; never too early, see tsc_scale_from_ns(). */
static inline uint64_t clock_tsc_at(uint64_t ns)
{
	return tsc_scale_from_ns(&clock_scale, ns);
}

/* The TSC's rate in Hz; 1 GHz before clock_calibrate(). */
uint64_t clock_tsc_hz(void);

/*
 * Wait `us` microseconds (at most 1 s; bounded even when the TSC stands still). Before
 * clock_calibrate() as if the TSC ran at 1 GHz.
 */
void delay_us(uint32_t us);
