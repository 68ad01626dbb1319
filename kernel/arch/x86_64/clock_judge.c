#include "arch/x86_64/clock_judge.h"

#define PPM	     1000000UL
#define MISMATCH_PPM 10000U
#define BLUR_PPM     2000U  /* a measurement that is worse shows no mismatch of 1%, */
#define APIC_BLUR    15000U /* but the APIC timer is rarely free for long */
#define STEADY_PPM   10000  /* by how much windows that agree differ */
#define TRIES_MAX    24

const char *clock_timer_name(enum clock_timer timer)
{
	static const char *const names[] = {
		[CLOCK_HPET] = "HPET", [CLOCK_PM_TIMER] = "PM timer",	  [CLOCK_PIT] = "PIT",
		[CLOCK_TSC] = "TSC",   [CLOCK_APIC_TIMER] = "APIC timer",
	};

	return names[timer];
}

static bool agree(const struct clock_window *window, unsigned a, unsigned b)
{
	const struct clock_opinion *x = &window->by[a], *y = &window->by[b];
	uint64_t low = MIN(x->tsc_hz, y->tsc_hz), high = MAX(x->tsc_hz, y->tsc_hz);
	uint64_t margin = MISMATCH_PPM + MIN(x->error_ppm, PPM) + MIN(y->error_ppm, PPM);

	return (high - low) * PPM <= low * margin;
}

static uint32_t who_agrees_with(const struct clock_window *window, unsigned timer)
{
	uint32_t group = 0;

	for (unsigned i = 0; i < CLOCK_TIMERS; i++) {
		if (window->by[i].tsc_hz && agree(window, i, timer))
			group |= CLOCK_BIT(i);
	}
	return group;
}

static unsigned count_votes(const struct clock_window *window, uint32_t group)
{
	unsigned votes = 0;

	if (window->tsc_by != CLOCK_TSC && (group & CLOCK_BIT(window->tsc_by)))
		group &= ~CLOCK_BIT(CLOCK_TSC);
	for (; group; group &= group - 1)
		votes++;
	return votes;
}

/*
 * The group with the most votes, two at least; 0 when there are two such groups, or none. The APIC
 * timer, which often is blurred, must not make two of one.
 */
static uint32_t find_majority(const struct clock_window *window)
{
	unsigned most = 1;
	uint32_t best = 0;

	for (unsigned i = 0; i < CLOCK_APIC_TIMER; i++) {
		uint32_t friends = window->by[i].tsc_hz ? who_agrees_with(window, i) : 0;
		uint32_t group = friends & ~CLOCK_BIT(CLOCK_APIC_TIMER);
		unsigned votes = count_votes(window, group);

		if (votes > most)
			best = group;
		else if (votes == most && group != best)
			best = 0;
		most = MAX(most, votes);
	}
	return best;
}

static uint32_t who_has_opinions(const struct clock_window *window)
{
	uint32_t timers = 0;

	for (unsigned i = 0; i < CLOCK_TIMERS; i++)
		timers |= window->by[i].tsc_hz ? CLOCK_BIT(i) : 0;
	return timers;
}

static bool only_repeats(const struct clock_window *window, unsigned timer)
{
	unsigned other = timer == CLOCK_APIC_TIMER ? CLOCK_TSC
			 : timer == CLOCK_TSC	   ? window->tsc_by
						   : timer;

	return other != timer && window->by[other].tsc_hz && agree(window, timer, other);
}

static void blame(const struct clock_window *window, uint32_t timers, struct clock_judgement *j)
{
	uint64_t yardstick = window->by[j->yardstick].tsc_hz, ratio;

	for (unsigned i = 0; i < CLOCK_TIMERS; i++) {
		if (!(timers & CLOCK_BIT(i)))
			continue;
		/* Who runs fast sees fewer of the TSC's ticks in what it takes for a second. */
		ratio = MIN(yardstick * PPM / window->by[i].tsc_hz, (uint64_t)INT32_MAX);
		j->fast_ppm[i] = (int32_t)ratio - (int32_t)PPM;
		if (!only_repeats(window, i))
			j->wrong |= CLOCK_BIT(i);
	}
}

bool clock_judge(const struct clock_window *window, struct clock_judgement *j)
{
	uint32_t all = who_has_opinions(window), friends;

	*j = (struct clock_judgement){.right = find_majority(window)};
	if (!all)
		return false;
	j->yardstick = (enum clock_timer)__builtin_ctz(j->right ? j->right : all);
	friends = who_agrees_with(window, j->yardstick);
	if (j->right)
		j->right |= friends & CLOCK_BIT(CLOCK_APIC_TIMER);
	blame(window, all & ~(j->right ? j->right : friends), j);
	return true;
}

static bool is_sharp(const struct clock_window *window)
{
	for (unsigned i = 0; i < CLOCK_TIMERS; i++) {
		uint32_t limit = i == CLOCK_APIC_TIMER ? APIC_BLUR : BLUR_PPM;

		if (window->by[i].tsc_hz && window->by[i].error_ppm > limit)
			return false;
	}
	return true;
}

static bool say_the_same(const struct clock_judgement *a, const struct clock_judgement *b)
{
	if (a->wrong != b->wrong || a->yardstick != b->yardstick || !a->right != !b->right)
		return false;
	for (unsigned i = 0; i < CLOCK_TIMERS; i++) {
		int32_t change = a->fast_ppm[i] - b->fast_ppm[i];

		if ((a->wrong & CLOCK_BIT(i)) && (change > STEADY_PPM || change < -STEADY_PPM))
			return false;
	}
	return true;
}

enum clock_verdict clock_weigh(struct clock_evidence *evidence, const struct clock_window *window)
{
	struct clock_judgement judgement;

	if (++evidence->tries > TRIES_MAX)
		return CLOCK_FINE;
	if (window->torn || !is_sharp(window))
		return CLOCK_LOOK_AGAIN;
	if (!clock_judge(window, &judgement) || !judgement.wrong)
		return CLOCK_FINE;
	if (evidence->windows && !say_the_same(&judgement, &evidence->last))
		return CLOCK_FINE;
	evidence->last = judgement;
	return ++evidence->windows < CLOCK_WINDOWS ? CLOCK_LOOK_AGAIN : CLOCK_LYING;
}
