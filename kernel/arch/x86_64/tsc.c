#include "arch/x86_64/tsc.h"

#include "arch/x86_64/apic.h"
#include "arch/x86_64/cpuid.h"
#include "arch/x86_64/tsc_measure.h"
#include "arch/x86_64/tsc_rate.h"

#define LEAF_CRYSTAL	       0x15
#define LEAF_FREQUENCY	       0x16
#define LEAF_HYPERVISOR_TIMING 0x40000010

#define WINDOW_US	1000 /* of the measurement, */
#define WINDOW_TRIES	8    /* or of the next, if it is torn, */
#define APIC_WINDOW_US	200  /* and where there is nothing but the TSC and the APIC timer */
#define CHECK_PARTS	8    /* a stated rate must agree to one part in so many */
#define ASSUMED_HZ	1000000000UL
#define DELAY_US_MAX	1000000U
#define DELAY_POLLS_MAX 1000000000UL

struct tsc_scale clock_scale;
static uint64_t tsc_hz = ASSUMED_HZ;

uint64_t clock_tsc_hz(void)
{
	return tsc_hz;
}

void delay_us(uint32_t us)
{
	uint64_t start = rdtsc();
	uint64_t ticks = MIN(us, DELAY_US_MAX) * (tsc_hz / 1000000) + 1;

	for (uint64_t polls = 0; polls < DELAY_POLLS_MAX && rdtsc() - start < ticks; polls++)
		cpu_relax();
}

/* SDM 2A CPUID leaves 0x15 and 0x16. */
static struct stated_rates rates_by_cpuid(void)
{
	struct cpuid_regs crystal;
	uint32_t base_mhz = 0;

	if (cpu_features.max_leaf < LEAF_CRYSTAL)
		return (struct stated_rates){0};
	crystal = cpuid(LEAF_CRYSTAL, 0);
	if (cpu_features.max_leaf >= LEAF_FREQUENCY)
		base_mhz = cpuid(LEAF_FREQUENCY, 0).eax & 0xffff;
	return tsc_rate_from_crystal(crystal.eax, crystal.ebx, crystal.ecx, base_mhz);
}

static struct stated_rates rates_by_hypervisor(void)
{
	struct cpuid_regs timing;

	if (cpu_features.hypervisor_max_leaf < LEAF_HYPERVISOR_TIMING)
		return (struct stated_rates){0};
	timing = cpuid(LEAF_HYPERVISOR_TIMING, 0);
	return tsc_rate_from_hypervisor(timing.eax, timing.ebx);
}

static struct stated_rates stated_rates(struct clock_report *report)
{
	struct stated_rates rates = rates_by_hypervisor();

	report->source = "hypervisor";
	if (rates.tsc_hz == 0) {
		rates = rates_by_cpuid();
		report->source = "CPUID";
	}
	if (rates.tsc_hz < TSC_HZ_MIN || rates.tsc_hz > TSC_HZ_MAX)
		rates = (struct stated_rates){0};
	return rates;
}

static void use_stated(const struct stated_rates *stated, struct clock_report *report)
{
	report->tsc_hz = stated->tsc_hz;
	report->apic_timer_hz = stated->apic_timer_hz;
	report->window.tsc_by = CLOCK_TSC;
}

static void use_measured(enum clock_timer by, struct clock_report *report)
{
	report->source = clock_timer_name(by);
	report->tsc_hz = rate_round(report->window.by[by].tsc_hz);
	report->window.tsc_by = by;
}

static void assume(struct clock_report *report)
{
	report->source = "nothing";
	report->assumed = true;
	report->tsc_hz = ASSUMED_HZ;
	report->window.tsc_by = CLOCK_TSC;
}

/*
 * Emulators state rates of the CPU that they imitate: a look at the references shows it. What is
 * less wrong is a matter for clock_judge().
 */
static void choose_rate(const struct stated_rates *stated, struct clock_report *report)
{
	struct clock_judgement judgement;
	uint64_t measured;

	if (!clock_judge(&report->window, &judgement)) {
		if (stated->tsc_hz)
			use_stated(stated, report);
		else
			assume(report);
		return;
	}
	measured = report->window.by[judgement.yardstick].tsc_hz;
	if (stated->tsc_hz && rate_agrees(stated->tsc_hz, measured, CHECK_PARTS)) {
		use_stated(stated, report);
	} else {
		report->stated_wrong = stated->tsc_hz != 0;
		use_measured(judgement.yardstick, report);
	}
}

static void measure_once(const struct clock_sources *sources, struct clock_window *window)
{
	struct references refs;
	struct clock_mark from, to;

	references_open(&refs, sources);
	references_mark(&refs, &from);
	if (!references_wait(&refs, &from, WINDOW_US))
		delay_us(APIC_WINDOW_US);
	references_mark(&refs, &to);
	references_compare(&refs, &from, &to, tsc_hz, window);
	references_close(&refs);
}

/* A host may hold us up for so long that the PIT comes round. */
static void measure_references(const struct clock_sources *sources, struct clock_window *window)
{
	for (int tries = 0; tries == 0 || (window->torn && tries < WINDOW_TRIES); tries++) {
		*window = (struct clock_window){0};
		measure_once(sources, window);
	}
}

/* Takes what was found as the timers' rates, and what they say of the window, if they lie. */
static void take_rates(const struct clock_sources *sources, const struct apic_sample *from,
		       const struct apic_sample *to, struct clock_report *report)
{
	struct clock_window *window = &report->window;

	if (report->apic_timer_hz == 0)
		report->apic_timer_hz = apic_timer_rate(from, to, report->tsc_hz);
	report->tsc_hz = clock_rate_taken(sources, CLOCK_TSC, report->tsc_hz);
	report->apic_timer_hz = clock_rate_taken(sources, CLOCK_APIC_TIMER, report->apic_timer_hz);
	window->by[CLOCK_TSC].tsc_hz = report->assumed ? 0 : report->tsc_hz;
	if (!cpu_features.tsc_deadline)
		window->by[CLOCK_APIC_TIMER] = apic_timer_opinion(from, to, report->apic_timer_hz);
}

void clock_calibrate(const struct clock_sources *sources, struct clock_report *report)
{
	uint64_t start = rdtsc();
	struct stated_rates stated;
	struct apic_sample from, to;

	*report = (struct clock_report){0};
	stated = stated_rates(report);
	apic_timer_start();
	from = apic_timer_sample();
	measure_references(sources, &report->window);
	to = apic_timer_sample();
	apic_timer_stop();
	choose_rate(&stated, report);
	take_rates(sources, &from, &to, report);
	tsc_hz = report->tsc_hz;
	tsc_scale_init(&clock_scale, tsc_hz, sources->boot_tsc);
	report->waited_tsc = rdtsc() - start;
}

void clock_set_rate(uint64_t hz)
{
	tsc_hz = hz;
	tsc_scale_change(&clock_scale, hz, rdtsc());
}
