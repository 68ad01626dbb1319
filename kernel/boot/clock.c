#include "boot/clock.h"

#include "arch/x86_64/apic_timer.h"
#include "arch/x86_64/hpet.h"
#include "arch/x86_64/pmtimer.h"
#include "arch/x86_64/tsc.h"
#include "boot/info.h"
#include "boot/machine.h"
#include "boot/memory.h"
#include "core/log.h"
#include "dev/isa_irq.h"
#include "lib/cmdline.h"
#include "lib/string.h"
#include "mm/kmap.h"
#include "proc/clock_check.h"
#include "proc/watchdog.h"

#define PIT_IRQ	     0
#define HPET_WINDOW  0x400
#define PERMILLE_MIN 500U
#define PERMILLE_MAX 2000U

static struct hpet hpet;
static struct clock_sources sources;
static struct clock_report report;

static bool find_pm_timer(struct pm_timer *timer)
{
	const struct acpi_register *reg = &acpi.fadt.pm_timer;

	*timer = (struct pm_timer){.bits = acpi.fadt.pm_timer_bits};
	if (reg->space == ACPI_SPACE_PORT)
		timer->port = (uint16_t)reg->address;
	else if (reg->space == ACPI_SPACE_MEMORY)
		timer->regs = mmio_map(reg->address, sizeof(uint32_t), KMAP_MMIO);
	return timer->port || timer->regs;
}

static bool find_hpet(void)
{
	void *regs;

	if (!acpi.hpet.present ||
	    memmap_overlaps_ram(&memmap, acpi.hpet.addr.raw, acpi.hpet.addr.raw + HPET_WINDOW))
		return false;
	regs = mmio_map(acpi.hpet.addr.raw, HPET_WINDOW, KMAP_MMIO);
	return regs && hpet_init(&hpet, regs);
}

static const char *const words[] = {
	[CLOCK_HPET] = "hpet", [CLOCK_PM_TIMER] = "pmtimer", [CLOCK_PIT] = "pit",
	[CLOCK_TSC] = "tsc",   [CLOCK_APIC_TIMER] = "apic",
};

/* A number of PERMILLE_MIN to PERMILLE_MAX, or 0. */
static uint32_t read_permille(const char *digits)
{
	uint32_t number = 0;

	for (; *digits >= '0' && *digits <= '9' && number <= PERMILLE_MAX; digits++)
		number = number * 10 + (uint32_t)(*digits - '0');
	return *digits == '\0' && number >= PERMILLE_MIN && number <= PERMILLE_MAX ? number : 0;
}

/* The word scaletimer=NAME:PERMILLE. */
static void scale_timer(uint32_t permille[CLOCK_TIMERS])
{
	char word[24];
	char *colon;

	if (cmdline_get(boot_info.cmdline, "scaletimer", word, sizeof(word)) < 0)
		return;
	colon = strchr(word, ':');
	for (unsigned i = 0; i < CLOCK_TIMERS && colon; i++) {
		if (strncmp(word, words[i], (size_t)(colon - word)) != 0 ||
		    words[i][colon - word] != '\0' || !read_permille(colon + 1))
			continue;
		permille[i] = read_permille(colon + 1);
		log_line("clock: the %s is made to run at %u/1000 of its rate",
			 clock_timer_name((enum clock_timer)i), permille[i]);
		return;
	}
	log_line("clock: '%s' is no timer and rate that scaletimer= knows", word);
}

static void tell(void)
{
	log_line("clock: TSC %lu kHz, APIC timer %lu kHz by %s, %lu TSC ticks waited",
		 report.tsc_hz / 1000, report.apic_timer_hz / 1000, report.source,
		 report.waited_tsc);
	if (report.assumed)
		log_line("clock: nothing to calibrate against: 1 GHz is assumed");
	if (report.stated_wrong)
		log_line("clock: CPUID states a rate that is wrong, and is not used");
}

/* What interrupts this CPU: of the kinds that it says it has, one that does. */
static void start_timer(void)
{
	static const char *const timers[] = {
		[TIMER_TSC_DEADLINE] = "the APIC's, by TSC deadline",
		[TIMER_APIC_ONE_SHOT] = "the APIC's, one-shot",
		[TIMER_PIT] = "the PIT",
	};

	timer_init(&report);
	timer_init_cpu();
	while (!timer_interrupts()) {
		log_line("clock: this timer (%s) does not interrupt", timers[timer_in_use()]);
		if (!timer_choose_another()) {
			log_line("clock: there is no other timer, and nothing that ends a wait");
			return;
		}
	}
	log_line("clock: the timer is %s", timers[timer_in_use()]);
}

void boot_clock(void)
{
	static struct pm_timer pm_timer;

	sources.boot_tsc = boot_tsc;
	sources.hpet = find_hpet() ? &hpet : NULL;
	sources.pmtimer = find_pm_timer(&pm_timer) ? &pm_timer : NULL;
	sources.pit = true;
	scale_timer(sources.permille);
	clock_calibrate(&sources, &report);
	tell();
	start_timer();
}

void boot_clock_check(void)
{
	clock_check_start(&sources, &report);
}

void boot_watchdog(void)
{
	struct watchdog_timers timers = {
		.hpet = hpet.regs ? &hpet : NULL,
		.pit = timer_in_use() != TIMER_PIT,
		.pit_gsi = isa_irq_gsi(PIT_IRQ),
	};

	watchdog_start(&timers, !cmdline_has(boot_info.cmdline, "nowatchdog"));
}
