#include "arch/x86_64/tsc_measure.h"

#include "arch/x86_64/apic.h"
#include "arch/x86_64/tsc_rate.h"

#define SAMPLES 3 /* of which the best is taken: a host may preempt us in one */
#define PPM	1000000UL

void references_open(struct references *refs, const struct clock_sources *sources)
{
	refs->open = 0;
	for (unsigned i = 0; i < REFERENCES; i++) {
		if (reference_open(&refs->at[i], (enum clock_timer)i, sources))
			refs->open |= CLOCK_BIT(i);
	}
}

void references_close(const struct references *refs)
{
	for (unsigned i = 0; i < REFERENCES; i++) {
		if (refs->open & CLOCK_BIT(i))
			reference_close(&refs->at[i]);
	}
}

void references_mark(const struct references *refs, struct clock_mark *mark)
{
	mark->seen = 0;
	for (unsigned i = 0; i < REFERENCES; i++) {
		if ((refs->open & CLOCK_BIT(i)) && reference_edge(&refs->at[i], &mark->edge[i]))
			mark->seen |= CLOCK_BIT(i);
	}
}

bool references_wait(const struct references *refs, const struct clock_mark *from, uint32_t us)
{
	for (unsigned i = 0; i < REFERENCES; i++) {
		if ((from->seen & CLOCK_BIT(i)) &&
		    reference_wait(&refs->at[i], from->edge[i].value, us))
			return true;
	}
	return false;
}

/* `tsc` ticks of the TSC, give or take `blur`, took `ticks` of a timer that runs at `hz`. */
static struct clock_opinion opinion(uint64_t tsc, uint64_t blur, uint32_t ticks, uint64_t hz)
{
	struct clock_opinion o = {0};

	if (ticks == 0 || tsc == 0 || tsc > UINT32_MAX)
		return o;
	o.tsc_hz = mul_div(tsc, hz, ticks);
	o.error_ppm = (uint32_t)MIN(blur * PPM / tsc, PPM);
	if (o.tsc_hz < TSC_HZ_MIN || o.tsc_hz > TSC_HZ_MAX)
		o.tsc_hz = 0;
	return o;
}

/* A quarter of its range is room enough for all that timers may be wrong by. */
static bool came_round(const struct reference *ref, uint64_t tsc, uint64_t tsc_hz)
{
	return tsc > UINT32_MAX || mul_div(tsc, ref->hz, tsc_hz) > ref->mask - ref->mask / 4;
}

static struct clock_opinion compare(const struct reference *ref, const struct edge *from,
				    const struct edge *to, uint64_t tsc_hz)
{
	uint64_t tsc = to->tsc - from->tsc;

	if (came_round(ref, tsc, tsc_hz))
		return (struct clock_opinion){0};
	return opinion(tsc, (from->width + to->width) / 2, (to->value - from->value) & ref->mask,
		       ref->hz);
}

void references_compare(const struct references *refs, const struct clock_mark *from,
			const struct clock_mark *to, uint64_t tsc_hz, struct clock_window *window)
{
	for (unsigned i = 0; i < REFERENCES; i++) {
		if (from->seen & to->seen & CLOCK_BIT(i))
			window->by[i] = compare(&refs->at[i], &from->edge[i], &to->edge[i], tsc_hz);
		if ((refs->open & CLOCK_BIT(i)) && !window->by[i].tsc_hz)
			window->torn = true;
	}
}

void apic_timer_start(void)
{
	if (apic_mode() == APIC_NONE)
		return;
	apic_write(APIC_REG_TIMER_DIVIDE, APIC_TIMER_DIVIDE_BY_1);
	apic_write(APIC_REG_TIMER_INITIAL, UINT32_MAX);
}

void apic_timer_stop(void)
{
	if (apic_mode() != APIC_NONE)
		apic_write(APIC_REG_TIMER_INITIAL, 0);
}

struct apic_sample apic_timer_sample(void)
{
	struct apic_sample best = {.width = UINT64_MAX};

	for (int n = 0; n < SAMPLES && apic_mode() != APIC_NONE; n++) {
		uint64_t start = rdtsc_ordered();
		uint32_t count = apic_read(APIC_REG_TIMER_CURRENT);
		uint64_t width = rdtsc_ordered() - start;

		if (width < best.width)
			best = (struct apic_sample){start + width / 2, width, count};
	}
	return best;
}

uint64_t apic_timer_rate(const struct apic_sample *from, const struct apic_sample *to,
			 uint64_t tsc_hz)
{
	uint32_t ticks = from->count - to->count; /* it counts downward */

	if (apic_mode() == APIC_NONE || to->tsc <= from->tsc)
		return 0;
	return rate_round(mul_div(ticks, tsc_hz, to->tsc - from->tsc));
}

struct clock_opinion apic_timer_opinion(const struct apic_sample *from,
					const struct apic_sample *to, uint64_t hz)
{
	if (apic_mode() == APIC_NONE)
		return (struct clock_opinion){0};
	return opinion(to->tsc - from->tsc, (from->width + to->width) / 2, from->count - to->count,
		       hz);
}
