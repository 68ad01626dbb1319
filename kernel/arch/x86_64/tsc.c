#include "arch/x86_64/tsc.h"

#include "arch/x86_64/apic.h"
#include "arch/x86_64/cpuid.h"
#include "arch/x86_64/tsc_measure.h"
#include "arch/x86_64/tsc_rate.h"

#define LEAF_CRYSTAL	       0x15
#define LEAF_FREQUENCY	       0x16
#define LEAF_HYPERVISOR_TIMING 0x40000010

#define WINDOW_US	1000 /* of a measurement */
#define CHECK_US	60   /* of the comparison of a stated rate */
#define CHECK_PARTS	8    /* it must agree to one part in so many */
#define APIC_WINDOW_US	200  /* APIC timer against a TSC of known rate */
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

/* The best reference that is there and runs. */
static bool open_any(struct reference *ref, const struct clock_sources *sources)
{
	static const enum reference_kind order[] = {REFERENCE_HPET, REFERENCE_PM_TIMER,
						    REFERENCE_PIT};

	for (size_t i = 0; i < ARRAY_SIZE(order); i++) {
		if (reference_open(ref, order[i], sources))
			return true;
	}
	return false;
}

/* Emulators state rates of the CPU that they imitate: a short look at a reference shows it. */
static bool stated_rate_holds(const struct stated_rates *stated, const struct reference *ref)
{
	struct measurement m;

	return !reference_measure(ref, CHECK_US, &m) ||
	       rate_agrees(stated->tsc_hz, m.tsc_hz, CHECK_PARTS);
}

static void use_stated(const struct stated_rates *stated, struct clock_report *report)
{
	report->tsc_hz = stated->tsc_hz;
	report->apic_timer_hz = stated->apic_timer_hz;
}

static bool use_measured(const struct reference *ref, struct clock_report *report)
{
	struct measurement m;

	if (!reference_measure(ref, WINDOW_US, &m))
		return false;
	report->source = reference_name(ref);
	report->tsc_hz = m.tsc_hz;
	report->apic_timer_hz = m.apic_timer_hz;
	report->error_ppm = m.error_ppm;
	return true;
}

static void assume(struct clock_report *report)
{
	report->source = "nothing";
	report->assumed = true;
	report->tsc_hz = ASSUMED_HZ;
}

static void find_tsc_rate(const struct clock_sources *sources, struct clock_report *report)
{
	struct stated_rates stated = stated_rates(report);
	struct reference ref;
	bool live = open_any(&ref, sources);

	if (stated.tsc_hz && (!live || stated_rate_holds(&stated, &ref))) {
		use_stated(&stated, report);
	} else {
		report->stated_wrong = stated.tsc_hz != 0;
		if (!live || !use_measured(&ref, report))
			assume(report);
	}
	if (live)
		reference_close(&ref);
}

void clock_calibrate(const struct clock_sources *sources, struct clock_report *report)
{
	uint64_t start = rdtsc();

	*report = (struct clock_report){0};
	find_tsc_rate(sources, report);
	tsc_hz = report->tsc_hz;
	if (report->apic_timer_hz == 0 && !cpu_features.tsc_deadline)
		report->apic_timer_hz = measure_apic_timer(tsc_hz, APIC_WINDOW_US);
	tsc_scale_init(&clock_scale, tsc_hz, sources->boot_tsc);
	report->waited_tsc = rdtsc() - start;
}
