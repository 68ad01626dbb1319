#include "arch/x86_64/apic_timer.h"

#include "arch/x86_64/apic.h"
#include "arch/x86_64/cpuid.h"
#include "arch/x86_64/pic.h"
#include "arch/x86_64/pit.h"
#include "arch/x86_64/vectors.h"

#define PIT_IRQ	  0
#define POLLS_MAX 100000000UL /* of some ten nanoseconds each, at least */

static enum timer_kind kind;
static uint64_t ticks_per_tsc; /* 32 bits after the point, rounded up */

void timer_init(const struct clock_report *report)
{
	bool deadline = cpu_features.tsc_deadline;

#ifdef MUTANT_no_such_timer
	deadline = true;
#endif
	if (apic_mode() == APIC_NONE) {
		kind = TIMER_PIT;
		pic_unmask(PIT_IRQ);
	} else {
		kind = deadline ? TIMER_TSC_DEADLINE : TIMER_APIC_ONE_SHOT;
	}
	timer_set_rates(report->apic_timer_hz, report->tsc_hz);
}

bool timer_choose_another(void)
{
	if (kind != TIMER_TSC_DEADLINE)
		return false;
	kind = TIMER_APIC_ONE_SHOT;
	timer_init_cpu();
	return true;
}

static bool is_requested(void)
{
	return kind == TIMER_PIT ? pic_requested(PIT_IRQ) : apic_requested(VECTOR_TIMER);
}

bool timer_interrupts(void)
{
	uint64_t start = rdtsc(), patience = clock_tsc_hz() / 2;

	timer_arm(clock_ns());
	for (uint64_t polls = 0; polls < POLLS_MAX && rdtsc() - start < patience; polls++) {
		if (is_requested())
			return true;
		cpu_relax();
	}
	timer_disarm();
	return false;
}

void timer_set_rates(uint64_t apic_timer_hz, uint64_t tsc_hz)
{
	uint64_t hz = kind == TIMER_PIT ? PIT_HZ : apic_timer_hz;

	ticks_per_tsc = mul_div(hz, 1UL << 32, tsc_hz) + 1;
}

enum timer_kind timer_in_use(void)
{
	return kind;
}

void timer_init_cpu(void)
{
	if (kind == TIMER_TSC_DEADLINE) {
		apic_write(APIC_REG_LVT_TIMER, APIC_LVT_TSC_DEADLINE | VECTOR_TIMER);
	} else if (kind == TIMER_APIC_ONE_SHOT) {
		apic_write(APIC_REG_TIMER_DIVIDE, APIC_TIMER_DIVIDE_BY_1);
		apic_write(APIC_REG_LVT_TIMER, VECTOR_TIMER);
	}
	timer_disarm();
}

/* Ticks of APIC or PIT until TSC `deadline`, rounded up; at least 1, since 0 would disarm. */
static uint64_t ticks_until(uint64_t deadline)
{
	int64_t left = (int64_t)(deadline - rdtsc());

	if (left <= 0)
		return 1;
	return (uint64_t)((unsigned __int128)(uint64_t)left * ticks_per_tsc >> 32) + 1;
}

void timer_arm(uint64_t deadline)
{
	uint64_t tsc = clock_tsc_at(deadline);

	if (kind == TIMER_TSC_DEADLINE) {
		apic_msr_fence();
		wrmsr(MSR_TSC_DEADLINE, tsc);
	} else if (likely(kind == TIMER_APIC_ONE_SHOT)) {
		apic_write(APIC_REG_TIMER_INITIAL, (uint32_t)MIN(ticks_until(tsc), UINT32_MAX));
	} else {
		pit_arm(ticks_until(tsc));
	}
}

void timer_disarm(void)
{
	if (kind == TIMER_TSC_DEADLINE) {
		apic_msr_fence();
		wrmsr(MSR_TSC_DEADLINE, 0);
	} else if (kind == TIMER_APIC_ONE_SHOT) {
		apic_write(APIC_REG_TIMER_INITIAL, 0);
	} else {
		pit_disarm();
	}
}
