#include "arch/x86_64/reference.h"

#include "arch/x86_64/cr.h"
#include "arch/x86_64/pit.h"

/* A reference ticks at least every microsecond, so it must change within this many reads. */
#define STILL_POLLS 200

/* A window of 20 ms takes fewer reads than this, however fast they are. */
#define WINDOW_POLLS 4000000

#define EDGES 4 /* of which the best is taken */

static uint32_t reference_read(const struct reference *ref)
{
	switch (ref->timer) {
	case CLOCK_HPET:
		return hpet_read(ref->sources->hpet);
	case CLOCK_PM_TIMER:
		return pm_timer_read(ref->sources->pmtimer);
	case CLOCK_PIT:
		return pit_reference_read();
	default:
		break;
	}
	return 0;
}

/* Wait until the reference changes. False when it does not. */
static bool next_edge(const struct reference *ref, struct edge *edge)
{
	uint64_t before = rdtsc_ordered();
	uint32_t old = reference_read(ref);

	for (int polls = 0; polls < STILL_POLLS; polls++) {
		uint64_t start = rdtsc_ordered();
		uint32_t value = reference_read(ref);
		uint64_t end = rdtsc_ordered();

		if (value != old) {
			edge->width = end - before;
			edge->tsc = before + edge->width / 2;
			edge->value = value;
			return true;
		}
		before = start;
	}
	return false;
}

bool reference_edge(const struct reference *ref, struct edge *best)
{
	best->width = UINT64_MAX;
	for (int n = 0; n < EDGES; n++) {
		struct edge edge;

		if (!next_edge(ref, &edge))
			return false;
		if (edge.width < best->width)
			*best = edge;
	}
	return true;
}

bool reference_wait(const struct reference *ref, uint32_t start, uint32_t us)
{
	uint32_t ticks = (uint32_t)(ref->hz * us / 1000000), old = start;
	int still = 0;

	for (int polls = 0; polls < WINDOW_POLLS && still < STILL_POLLS; polls++) {
		uint32_t value = reference_read(ref);

		if (((value - start) & ref->mask) >= ticks)
			return true;
		still = value == old ? still + 1 : 0;
		old = value;
	}
	return false;
}

static bool wanted_parts_exist(enum clock_timer timer, const struct clock_sources *sources)
{
	switch (timer) {
	case CLOCK_HPET:
		return sources->hpet && sources->hpet->regs;
	case CLOCK_PM_TIMER:
		return sources->pmtimer && sources->pmtimer->bits;
	case CLOCK_PIT:
		return sources->pit;
	default:
		break;
	}
	return false;
}

static void start_reference(struct reference *ref)
{
	switch (ref->timer) {
	case CLOCK_HPET:
		ref->hz = ref->sources->hpet->hz;
		ref->mask = HPET_MASK;
		break;
	case CLOCK_PM_TIMER:
		ref->hz = PM_TIMER_HZ;
		ref->mask = pm_timer_mask(ref->sources->pmtimer);
		break;
	case CLOCK_PIT:
		ref->hz = PIT_HZ;
		ref->mask = PIT_MASK;
		ref->port_b = pit_reference_start();
		break;
	default:
		break;
	}
}

bool reference_open(struct reference *ref, enum clock_timer timer,
		    const struct clock_sources *sources)
{
	struct edge edge;

	*ref = (struct reference){.timer = timer, .sources = sources};
	if (!wanted_parts_exist(timer, sources))
		return false;
	start_reference(ref);
	ref->hz = clock_rate_taken(sources, timer, ref->hz);
	if (next_edge(ref, &edge))
		return true;
	reference_close(ref);
	return false;
}

void reference_close(const struct reference *ref)
{
	if (ref->timer == CLOCK_PIT)
		pit_reference_stop(ref->port_b);
}
