#include "proc/watchdog_nmi.h"

#include "arch/x86_64/apic.h"
#include "arch/x86_64/cpu.h"
#include "arch/x86_64/cr.h"
#include "arch/x86_64/ioapic.h"
#include "arch/x86_64/perf_counter.h"
#include "arch/x86_64/pit.h"
#include "arch/x86_64/tsc.h"
#include "lib/upcall.h"

#define TRIAL_NS    50000UL	/* to the first NMI, to see whether they come */
#define TRIAL_LIMIT 500000000UL /* a virtual machine's may be late, by that if its host is busy */
#define TRIAL_PINS  2		/* so that a machine where none comes boots soon */

static enum { NO_SOURCE, BY_HPET, BY_PIT, BY_COUNTER } source;
static struct hpet hpet;
static struct perf_counter counter;
static uint64_t counter_period; /* cycles */
static bool paused;

static uint64_t nmis_so_far(void)
{
	return __atomic_load_n(&this_cpu()->nmis, __ATOMIC_RELAXED);
}

/* `before` was read before the timer was started: it may be over when that returns. */
static bool nmi_comes(uint64_t before)
{
	uint64_t end = clock_ns() + TRIAL_LIMIT;

	while (nmis_so_far() == before && clock_ns() < end) {
		cpu_relax();
		smp_poll();
	}
	return nmis_so_far() != before;
}

/* Comparator 0 at one of the pins that it can use, from the highest, which ISA devices do not. */
static bool try_hpet(uint64_t period)
{
	uint32_t pins = hpet_periodic_pins(&hpet), me = this_cpu()->apic_id;
	uint64_t before = nmis_so_far();
	unsigned tried = 0;

	for (int pin = 31; pin >= 0 && tried < TRIAL_PINS; pin--) {
		if (!(pins >> pin & 1) || !ioapic_route_nmi((uint32_t)pin, me, false))
			continue;
		tried++;
		hpet_start_periodic(&hpet, (uint32_t)pin, TRIAL_NS);
		if (nmi_comes(before)) {
			hpet_start_periodic(&hpet, (uint32_t)pin, period);
			return true;
		}
		hpet_stop_periodic(&hpet);
		ioapic_mask((uint32_t)pin);
	}
	return false;
}

static bool try_pit(uint32_t gsi)
{
	uint64_t before = nmis_so_far();

	if (!pit_counts() || !ioapic_route_nmi(gsi, this_cpu()->apic_id, false))
		return false;
	pit_arm(NS_TO_PIT(TRIAL_NS));
	if (nmi_comes(before)) {
		pit_start_periodic();
		return true;
	}
	pit_disarm();
	ioapic_mask(gsi);
	return false;
}

static uint64_t ns_to_cycles(uint64_t ns)
{
	return mul_div(ns, clock_tsc_hz(), NS_PER_SECOND);
}

static bool try_counter(uint64_t period)
{
	uint64_t before = nmis_so_far();

	if (!perf_counter_find(&counter))
		return false;
	perf_counter_start(&counter, ns_to_cycles(TRIAL_NS));
	if (!nmi_comes(before)) {
		perf_counter_stop(&counter);
		return false;
	}
	counter_period = ns_to_cycles(period);
	perf_counter_start(&counter, counter_period);
	return true;
}

const char *watchdog_nmi_start(const struct watchdog_timers *timers, uint64_t period)
{
	static const char *const names[] = {
		[NO_SOURCE] = NULL,
		[BY_HPET] = "NMIs from the HPET",
		[BY_PIT] = "NMIs from the PIT",
		[BY_COUNTER] = "NMIs from a performance counter",
	};

	if (apic_mode() == APIC_NONE)
		return NULL;
	if (timers->hpet)
		hpet = *timers->hpet;
	if (timers->hpet && try_hpet(period))
		source = BY_HPET;
	else if (timers->pit && try_pit(timers->pit_gsi))
		source = BY_PIT;
	else if (try_counter(period))
		source = BY_COUNTER;
	return names[source];
}

void watchdog_nmi_again(void)
{
	if (source == BY_COUNTER)
		perf_counter_start(&counter, counter_period);
}

void watchdog_nmi_pause(void)
{
	if (source == BY_HPET)
		hpet_stop_periodic(&hpet);
	else if (source == BY_PIT)
		pit_disarm();
	else
		perf_counter_stop(&counter);
	paused = true;
}

void watchdog_nmi_resume(void)
{
	if (!paused)
		return;
	paused = false;
	if (source == BY_HPET)
		hpet_resume_periodic(&hpet);
	else if (source == BY_PIT)
		pit_start_periodic();
	else
		perf_counter_start(&counter, counter_period);
}
