#include "proc/watchdog_nmi.h"

#include "arch/x86_64/apic.h"
#include "arch/x86_64/cpu.h"
#include "arch/x86_64/cr.h"
#include "arch/x86_64/ioapic.h"
#include "arch/x86_64/pit.h"
#include "arch/x86_64/tsc.h"
#include "lib/upcall.h"

#define TRIAL_NS    50000UL	/* to the first NMI, to see whether they come */
#define TRIAL_LIMIT 500000000UL /* a virtual machine's may be late, by that if its host is busy */
#define TRIAL_PINS  2		/* so that a machine where none comes boots soon */

static enum { NO_TIMER, BY_HPET, BY_PIT } source;
static struct hpet hpet;
static bool paused;

static bool nmi_comes(void)
{
	const uint64_t *nmis = &this_cpu()->nmis;
	uint64_t before = *nmis, end = clock_ns() + TRIAL_LIMIT;

	while (__atomic_load_n(nmis, __ATOMIC_RELAXED) == before && clock_ns() < end) {
		cpu_relax();
		smp_poll();
	}
	return __atomic_load_n(nmis, __ATOMIC_RELAXED) != before;
}

/* Comparator 0 at one of the pins that it can use, from the highest, which ISA devices do not. */
static bool try_hpet(uint64_t period)
{
	uint32_t pins = hpet_periodic_pins(&hpet), me = this_cpu()->apic_id;
	unsigned tried = 0;

	for (int pin = 31; pin >= 0 && tried < TRIAL_PINS; pin--) {
		if (!(pins >> pin & 1) || !ioapic_route_nmi((uint32_t)pin, me, false))
			continue;
		tried++;
		hpet_start_periodic(&hpet, (uint32_t)pin, TRIAL_NS);
		if (nmi_comes()) {
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
	if (!pit_counts() || !ioapic_route_nmi(gsi, this_cpu()->apic_id, false))
		return false;
	pit_arm(NS_TO_PIT(TRIAL_NS));
	if (nmi_comes()) {
		pit_start_periodic();
		return true;
	}
	pit_disarm();
	ioapic_mask(gsi);
	return false;
}

const char *watchdog_nmi_start(const struct watchdog_timers *timers, uint64_t period)
{
	if (apic_mode() == APIC_NONE)
		return NULL;
	if (timers->hpet) {
		hpet = *timers->hpet;
		source = try_hpet(period) ? BY_HPET : NO_TIMER;
	}
	if (source == NO_TIMER && timers->pit && try_pit(timers->pit_gsi))
		source = BY_PIT;
	return source == BY_HPET  ? "NMIs from the HPET"
	       : source == BY_PIT ? "NMIs from the PIT"
				  : NULL;
}

void watchdog_nmi_pause(void)
{
	if (source == BY_HPET)
		hpet_stop_periodic(&hpet);
	else
		pit_disarm();
	paused = true;
}

void watchdog_nmi_resume(void)
{
	if (!paused)
		return;
	paused = false;
	if (source == BY_HPET)
		hpet_resume_periodic(&hpet);
	else
		pit_start_periodic();
}
