#include "arch/x86_64/tsc_measure.h"

#include "arch/x86_64/apic.h"
#include "arch/x86_64/pit.h"
#include "arch/x86_64/tsc_rate.h"

/* A reference ticks at least every microsecond, so it must change within this many reads. */
#define STILL_POLLS 200

/* A window of 20 ms takes fewer reads than this, however fast they are. */
#define WINDOW_POLLS 4000000

/* Ends of the window: the best of so many edges or samples, since a host may preempt us in one. */
#define EDGES	4
#define SAMPLES 3

/* The reference changed to `value` at TSC `tsc`, give or take `width` / 2. */
struct edge {
	uint64_t tsc, width;
	uint32_t value;
};

/* The APIC timer showed `count` at TSC `tsc`. */
struct sample {
	uint64_t tsc, width;
	uint32_t count;
};

static uint32_t reference_read(const struct reference *ref)
{
	switch (ref->kind) {
	case REFERENCE_HPET:
		return hpet_read(ref->sources->hpet);
	case REFERENCE_PM_TIMER:
		return pm_timer_read(ref->sources->pmtimer);
	case REFERENCE_PIT:
		return pit_reference_read();
	case REFERENCE_NONE:
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

static bool best_edge(const struct reference *ref, struct edge *best)
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

/* Wait until `ticks` of the reference have passed since `start`. False when it stops. */
static bool wait_ticks(const struct reference *ref, uint32_t start, uint32_t ticks)
{
	uint32_t old = start;
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

static bool wanted_parts_exist(enum reference_kind kind, const struct clock_sources *sources)
{
	switch (kind) {
	case REFERENCE_HPET:
		return sources->hpet && sources->hpet->regs;
	case REFERENCE_PM_TIMER:
		return sources->pmtimer && sources->pmtimer->bits;
	case REFERENCE_PIT:
		return sources->pit;
	case REFERENCE_NONE:
		break;
	}
	return false;
}

static void start_reference(struct reference *ref)
{
	switch (ref->kind) {
	case REFERENCE_HPET:
		ref->hz = ref->sources->hpet->hz;
		ref->mask = HPET_MASK;
		break;
	case REFERENCE_PM_TIMER:
		ref->hz = PM_TIMER_HZ;
		ref->mask = pm_timer_mask(ref->sources->pmtimer);
		break;
	case REFERENCE_PIT:
		ref->hz = PIT_HZ;
		ref->mask = PIT_MASK;
		ref->port_b = pit_reference_start();
		break;
	case REFERENCE_NONE:
		break;
	}
}

bool reference_open(struct reference *ref, enum reference_kind kind,
		    const struct clock_sources *sources)
{
	struct edge edge;

	*ref = (struct reference){.kind = kind, .sources = sources};
	if (!wanted_parts_exist(kind, sources))
		return false;
	start_reference(ref);
	if (next_edge(ref, &edge))
		return true;
	reference_close(ref);
	return false;
}

void reference_close(const struct reference *ref)
{
	if (ref->kind == REFERENCE_PIT)
		pit_reference_stop(ref->port_b);
}

const char *reference_name(const struct reference *ref)
{
	static const char *const names[] = {
		[REFERENCE_NONE] = "nothing",
		[REFERENCE_HPET] = "HPET",
		[REFERENCE_PM_TIMER] = "PM timer",
		[REFERENCE_PIT] = "PIT",
	};

	return names[ref->kind];
}

/* Let the APIC timer, masked, count down from its maximum. */
static void start_apic_timer(void)
{
	if (apic_mode() == APIC_NONE)
		return;
	apic_write(APIC_REG_TIMER_DIVIDE, APIC_TIMER_DIVIDE_BY_1);
	apic_write(APIC_REG_TIMER_INITIAL, UINT32_MAX);
}

static void stop_apic_timer(void)
{
	if (apic_mode() != APIC_NONE)
		apic_write(APIC_REG_TIMER_INITIAL, 0);
}

static struct sample apic_sample(void)
{
	struct sample best = {.width = UINT64_MAX};

	for (int n = 0; n < SAMPLES && apic_mode() != APIC_NONE; n++) {
		uint64_t start = rdtsc_ordered();
		uint32_t count = apic_read(APIC_REG_TIMER_CURRENT);
		uint64_t width = rdtsc_ordered() - start;

		if (width < best.width)
			best = (struct sample){start + width / 2, width, count};
	}
	return best;
}

static uint64_t apic_rate(const struct sample *from, const struct sample *to, uint64_t tsc_hz)
{
	uint32_t ticks = from->count - to->count; /* it counts downward */

	if (apic_mode() == APIC_NONE || to->tsc <= from->tsc)
		return 0;
	return rate_round(mul_div(ticks, tsc_hz, to->tsc - from->tsc));
}

static bool tsc_rate(const struct reference *ref, const struct edge *from, const struct edge *to,
		     struct measurement *m)
{
	uint32_t ticks = (to->value - from->value) & ref->mask;
	uint64_t tsc = to->tsc - from->tsc;

	if (ticks == 0 || tsc == 0 || tsc > UINT32_MAX)
		return false;
	m->tsc_hz = rate_round(mul_div(tsc, ref->hz, ticks));
	m->error_ppm = (uint32_t)((from->width + to->width) / 2 * 1000000 / tsc);
	return m->tsc_hz >= TSC_HZ_MIN && m->tsc_hz <= TSC_HZ_MAX;
}

bool reference_measure(const struct reference *ref, uint32_t us, struct measurement *m)
{
	uint32_t ticks = (uint32_t)(ref->hz * us / 1000000);
	struct sample apic_from, apic_to;
	struct edge from, to;
	bool ok;

	start_apic_timer();
	ok = best_edge(ref, &from);
	apic_from = apic_sample();
	ok = ok && wait_ticks(ref, from.value, ticks) && best_edge(ref, &to);
	apic_to = apic_sample();
	stop_apic_timer();
	if (!ok || !tsc_rate(ref, &from, &to, m))
		return false;
	m->apic_timer_hz = apic_rate(&apic_from, &apic_to, m->tsc_hz);
	return true;
}

uint64_t measure_apic_timer(uint64_t tsc_hz, uint32_t us)
{
	struct sample from, to;

	start_apic_timer();
	from = apic_sample();
	delay_us(us);
	to = apic_sample();
	stop_apic_timer();
	return apic_rate(&from, &to, tsc_hz);
}
