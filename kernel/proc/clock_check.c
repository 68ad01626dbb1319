#include "proc/clock_check.h"

#include "arch/x86_64/apic_timer.h"
#include "arch/x86_64/cpu.h"
#include "arch/x86_64/tsc_measure.h"
#include "arch/x86_64/tsc_rate.h"
#include "core/log.h"
#include "core/standstill.h"
#include "core/timer.h"
#include "lib/fmt.h"
#include "lib/upcall.h"
#include "proc/ktask.h"

#define WINDOW_NS      10000000UL /* shorter than the PIT takes to come round */
#define APIC_WINDOW_US 40	  /* this CPU's timer cannot be had for longer */

static enum { BEGIN, END, JUDGE, SET_RIGHT, OVER } stage;
static const struct clock_sources *sources;
static struct clock_report *report;
static struct clock_evidence evidence;
static struct clock_window window; /* the last one */
static struct references refs;
static struct clock_mark begin;

/* --- a window --- */

static void begin_window(void)
{
	references_open(&refs, sources);
	references_mark(&refs, &begin);
}

static void end_window(void)
{
	struct clock_mark end;

	references_mark(&refs, &end);
	window = (struct clock_window){.tsc_by = report->window.tsc_by};
	window.by[CLOCK_TSC].tsc_hz = report->tsc_hz;
	references_compare(&refs, &begin, &end, report->tsc_hz, &window);
	references_close(&refs);
}

static void measure_apic_timer(void)
{
	struct apic_sample from, to;

	if (!report->window.by[CLOCK_APIC_TIMER].tsc_hz)
		return;
	apic_timer_start();
	from = apic_timer_sample();
	delay_us(APIC_WINDOW_US);
	to = apic_timer_sample();
	window.by[CLOCK_APIC_TIMER] = apic_timer_opinion(&from, &to, report->apic_timer_hz);
	timers_rearm();
}

/* --- what is told --- */

/* "HPET, PM timer" */
static const char *names_of(uint32_t timers, char *text, size_t size)
{
	size_t length = 0;

	text[0] = '\0';
	for (unsigned i = 0; i < CLOCK_TIMERS && length < size; i++) {
		if (timers & CLOCK_BIT(i))
			length += (size_t)fmt_snprintf(text + length, size - length, "%s%s",
						       length ? ", " : "",
						       clock_timer_name((enum clock_timer)i));
	}
	return text;
}

static void tell_of(enum clock_timer timer, const struct clock_judgement *judgement)
{
	int32_t fast = judgement->fast_ppm[timer];
	uint32_t permille = ((uint32_t)(fast < 0 ? -fast : fast) + 500) / 1000;
	const char *name = clock_timer_name(timer);

	if (judgement->right) {
		char others[64];

		log_line("clock: the %s is %u.%u%% %s: %s agree with each other", name,
			 permille / 10, permille % 10, fast < 0 ? "slow" : "fast",
			 names_of(judgement->right, others, sizeof(others)));
	} else {
		log_line("clock: %s and %s differ by %u.%u%%, and nothing tells which is right",
			 clock_timer_name(judgement->yardstick), name, permille / 10,
			 permille % 10);
	}
}

static void tell(const struct clock_judgement *judgement)
{
	for (unsigned i = 0; i < CLOCK_TIMERS; i++) {
		if (judgement->wrong & CLOCK_BIT(i))
			tell_of((enum clock_timer)i, judgement);
	}
}

/* --- setting it right --- */

/* The TSC's rate by those that are right. */
static uint64_t right_rate(const struct clock_judgement *judgement)
{
	if (!judgement->right || (judgement->right & CLOCK_BIT(CLOCK_TSC)))
		return report->tsc_hz;
	return rate_round(window.by[judgement->yardstick].tsc_hz);
}

/* The APIC timer's: whatever it is, it was measured by the TSC. */
static uint64_t right_apic_rate(const struct clock_judgement *judgement, uint64_t tsc_hz)
{
	const struct clock_opinion *apic = &window.by[CLOCK_APIC_TIMER];

	if (!apic->tsc_hz || (judgement->right & CLOCK_BIT(CLOCK_APIC_TIMER)))
		return report->apic_timer_hz;
	if (judgement->wrong & CLOCK_BIT(CLOCK_APIC_TIMER))
		return rate_round(mul_div(report->apic_timer_hz, tsc_hz, apic->tsc_hz));
	return mul_div(report->apic_timer_hz, tsc_hz, report->tsc_hz);
}

/* False when another CPU has the machine stand still: come again. */
static bool set_right(const struct clock_judgement *judgement)
{
	uint64_t tsc_hz = right_rate(judgement);
	uint64_t apic_hz = right_apic_rate(judgement, tsc_hz);

	if (tsc_hz == report->tsc_hz && apic_hz == report->apic_timer_hz)
		return true;
	if (!standstill_begin(NULL))
		return false;
	if (tsc_hz != report->tsc_hz)
		clock_set_rate(tsc_hz);
	timer_set_rates(apic_hz, tsc_hz);
	standstill_end();
	log_line("clock: from now on the TSC is taken for %lu kHz, the APIC timer for %lu kHz",
		 tsc_hz / 1000, apic_hz / 1000);
	report->tsc_hz = tsc_hz;
	report->apic_timer_hz = apic_hz;
	return true;
}

/* --- the task --- */

static sysret_t wait_for_window(struct thread *self)
{
	thread_prepare_wait(self);
	thread_wake_at(self, clock_ns() + WINDOW_NS);
	return SYS_BLOCKED;
}

static void judge(void)
{
	switch (clock_weigh(&evidence, &window)) {
	case CLOCK_LOOK_AGAIN:
		stage = BEGIN;
		break;
	case CLOCK_FINE:
		stage = OVER;
		break;
	case CLOCK_LYING:
		tell(&evidence.last);
		stage = SET_RIGHT;
		break;
	}
}

static sysret_t check_turn(struct thread *self)
{
	thread_cancel_wait(self);
	switch (stage) {
	case BEGIN:
		begin_window();
		stage = END;
		return wait_for_window(self);
	case END:
		end_window();
		stage = JUDGE;
		return SYS_AGAIN;
	case JUDGE:
		measure_apic_timer();
		judge();
		return SYS_AGAIN;
	case SET_RIGHT:
		if (set_right(&evidence.last))
			stage = OVER;
		return SYS_AGAIN;
	case OVER:
		break;
	}
	thread_prepare_wait(self);
	return SYS_BLOCKED;
}

void clock_check_start(const struct clock_sources *used, struct clock_report *calibration)
{
	sources = used;
	report = calibration;
	if (clock_weigh(&evidence, &report->window) == CLOCK_FINE)
		return;
	if (!ktask_start_on("clock", check_turn, this_cpu()->id))
		log_line("clock: no memory for the task that looks at the timers again");
}
