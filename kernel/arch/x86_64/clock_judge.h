/*
 * Which of a machine's timers to believe: each says, of one window, how fast the TSC would have run
 * if that timer were right. Pure: the caller measures.
 */
#pragma once

#include "lib/base.h"

/* By how much their rates can be trusted, the best first: the TSC's is often measured by others. */
enum clock_timer {
	CLOCK_HPET,
	CLOCK_PM_TIMER,
	CLOCK_PIT,
	CLOCK_TSC,
	CLOCK_APIC_TIMER,
	CLOCK_TIMERS,
};

#define CLOCK_BIT(timer) (1U << (timer))

struct clock_opinion {
	uint64_t tsc_hz;    /* TSC_HZ_MIN to TSC_HZ_MAX; 0: it has none */
	uint32_t error_ppm; /* of the measurement, at most */
};

struct clock_window {
	struct clock_opinion by[CLOCK_TIMERS];
	enum clock_timer tsc_by; /* who measured the TSC's rate at boot; CLOCK_TSC: it was stated */
	bool torn;		 /* somebody's opinion is missing */
};

struct clock_judgement {
	uint32_t right; /* CLOCK_BITs: those that agree, two at least; 0: there is no majority */
	uint32_t wrong; /* who contradicts them or, without a majority, the yardstick */
	enum clock_timer yardstick;	/* the best of those that are right, or of all */
	int32_t fast_ppm[CLOCK_TIMERS]; /* by the yardstick */
};

/* "HPET", "PM timer", "PIT", "TSC", "APIC timer". */
const char *clock_timer_name(enum clock_timer timer);

/*
 * Compare all opinions of a window: two contradict each other when they differ by more than 1% and
 * what they may be wrong by. The TSC and who measured it count as one as long as they agree; the
 * APIC timer, which the TSC measures, makes no majority. Who is right with such a one that is wrong
 * is not called wrong beside it. False when there are no opinions.
 */
bool clock_judge(const struct clock_window *window, struct clock_judgement *judgement);

#define CLOCK_WINDOWS 3 /* that must agree before a timer is blamed */

struct clock_evidence {
	unsigned windows, tries;
	struct clock_judgement last;
};

enum clock_verdict {
	CLOCK_LOOK_AGAIN, /* one more window is wanted */
	CLOCK_FINE,	  /* all agree, or the windows do not bear each other out */
	CLOCK_LYING,	  /* three windows say the same: evidence->last */
};

/*
 * Add a window to the evidence, which begins with zeros. One that is torn, or in which somebody
 * was measured too badly to see 1%, does not count; after too many of them nothing is wrong.
 */
enum clock_verdict clock_weigh(struct clock_evidence *evidence, const struct clock_window *window);
