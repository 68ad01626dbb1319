#include "arch/x86_64/perf_choice.h"

#include "arch/x86_64/msr.h"

/* Of an event select register: where it counts, and that it interrupts. */
#define SELECT_USER	 (1UL << 16)
#define SELECT_OS	 (1UL << 17)
#define SELECT_INTERRUPT (1UL << 20)
#define SELECT_ALL	 (SELECT_USER | SELECT_OS | SELECT_INTERRUPT | PERF_SELECT_ENABLE)

#define INTEL_CYCLES 0x3cUL /* UnHalted Core Cycles */
#define AMD_CYCLES   0x76UL /* CPU Clocks not Halted */

/* SDM 2A CPUID leaf 0xa: EAX, and EBX, whose bits say which of the events are missing. */
#define VERSION(eax)   ((eax)&0xff)
#define COUNTERS(eax)  ((eax) >> 8 & 0xff)
#define WIDTH(eax)     ((eax) >> 16 & 0xff)
#define EVENTS(eax)    ((eax) >> 24)
#define NO_CYCLES(ebx) ((ebx)&1)

#define AMD_CORE_EXTENSIONS (1U << 23) /* of 0x80000001's ECX: counters at other addresses */

#define FAMILY_K7 6 /* AMD's first with counters, */
#define AMD_WIDTH 48

/* A write sets bits 32 and up to what bit 31 is (SDM 3B 19.2.1). */
static struct perf_counter intel_counter(const struct cpuid_regs *leaf_a)
{
	struct perf_counter counter = {0};

	if (VERSION(leaf_a->eax) == 0 || COUNTERS(leaf_a->eax) == 0 || WIDTH(leaf_a->eax) < 32 ||
	    EVENTS(leaf_a->eax) == 0 || NO_CYCLES(leaf_a->ebx))
		return counter;
	counter.select = MSR_PERFEVTSEL0;
	counter.count = MSR_PMC0;
	counter.event = INTEL_CYCLES | SELECT_ALL;
	counter.longest = INT32_MAX;
	counter.mask = WIDTH(leaf_a->eax) < 64 ? (1UL << WIDTH(leaf_a->eax)) - 1 : UINT64_MAX;
	if (VERSION(leaf_a->eax) >= 2) {
		counter.enable = MSR_PERF_GLOBAL_CTRL;
		counter.clear = MSR_PERF_OVF_CTRL;
	}
	return counter;
}

static struct perf_counter amd_counter(bool core_extensions)
{
	return (struct perf_counter){
		.select = core_extensions ? MSR_AMD_PERF_CTL0 : MSR_AMD_PERFEVTSEL0,
		.count = core_extensions ? MSR_AMD_PERF_CTR0 : MSR_AMD_PERFCTR0,
		.event = AMD_CYCLES | SELECT_ALL,
		.longest = (1UL << (AMD_WIDTH - 1)) - 1,
		.mask = (1UL << AMD_WIDTH) - 1,
	};
}

struct perf_counter perf_choose(const struct cpu_features *features,
				const struct cpuid_regs *leaf_a, uint32_t extended_ecx)
{
	if (features->vendor == CPU_VENDOR_AMD && features->family >= FAMILY_K7)
		return amd_counter(extended_ecx & AMD_CORE_EXTENSIONS);
	return intel_counter(leaf_a);
}

uint64_t perf_start_value(const struct perf_counter *counter, uint64_t cycles)
{
	return -MAX(MIN(cycles, counter->longest), 1UL) & counter->mask;
}
