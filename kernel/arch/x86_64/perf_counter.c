#include "arch/x86_64/perf_counter.h"

#include "arch/x86_64/apic.h"
#include "arch/x86_64/msr.h"

#define LEAF_PERFMON	  0xa
#define LEAF_EXT_FEATURES 0x80000001

#define TRIAL_CYCLES 1000000000UL /* so that the trial sees no overflow */

static bool is_free(const struct perf_counter *counter)
{
	uint64_t event;

	return msr_try_read(counter->select, &event) && !(event & PERF_SELECT_ENABLE);
}

static bool enable(const struct perf_counter *counter)
{
	uint64_t enabled;

	return counter->enable == 0 || (msr_try_read(counter->enable, &enabled) &&
					msr_try_write(counter->enable, enabled | 1));
}

static bool does_count(const struct perf_counter *counter)
{
	uint64_t start = perf_start_value(counter, TRIAL_CYCLES), event = 0, now = start;
	bool tried = enable(counter) && msr_try_write(counter->count, start) &&
		     msr_try_write(counter->select, counter->event) &&
		     msr_try_read(counter->select, &event) && msr_try_read(counter->count, &now);

	return msr_try_write(counter->select, 0) && tried && event == counter->event &&
	       now != start;
}

bool perf_counter_find(struct perf_counter *counter)
{
	struct cpuid_regs leaf_a = {0};
	uint32_t extended = 0;

	if (cpu_features.max_leaf >= LEAF_PERFMON)
		leaf_a = cpuid(LEAF_PERFMON, 0);
	if (cpu_features.max_ext_leaf >= LEAF_EXT_FEATURES)
		extended = cpuid(LEAF_EXT_FEATURES, 0).ecx;
	*counter = perf_choose(&cpu_features, &leaf_a, extended);
	return counter->select && apic_has_perf_lvt() && is_free(counter) && does_count(counter);
}

/* Intel's APIC masks the entry at each interrupt (SDM 3A 11.5.1). */
void perf_counter_start(const struct perf_counter *counter, uint64_t cycles)
{
	wrmsr(counter->select, 0);
	wrmsr(counter->count, perf_start_value(counter, cycles));
	if (counter->clear)
		wrmsr(counter->clear, 1);
	apic_write(APIC_REG_LVT_PERF, APIC_LVT_NMI);
	wrmsr(counter->select, counter->event);
}

void perf_counter_stop(const struct perf_counter *counter)
{
	wrmsr(counter->select, 0);
	apic_write(APIC_REG_LVT_PERF, APIC_LVT_NMI | APIC_LVT_MASKED);
}
