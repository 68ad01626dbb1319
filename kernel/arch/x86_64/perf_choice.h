/*
 * A performance counter that counts the cycles in which the CPU is not halted, and what to write to
 * it so that it overflows after some of them (SDM 3B 19.2, APM 2 13.2). Pure: the caller reads
 * CPUID and writes the registers.
 */
#pragma once

#include "arch/x86_64/cpuid.h"

#define PERF_SELECT_ENABLE (1UL << 22) /* of an event select register: it counts */

struct perf_counter {
	uint32_t select; /* MSR of the event, `event` makes it count; 0: there is no counter */
	uint32_t count;	 /* MSR of the counter itself */
	uint32_t enable; /* MSR whose bit 0 has to be set too, */
	uint32_t clear;	 /* and the one by whose bit 0 an overflow is acknowledged; 0: none */
	uint64_t event;
	uint64_t longest; /* cycles to an overflow, at most */
	uint64_t mask;	  /* all ones in the width of the counter */
};

/*
 * The counter of a CPU: from `leaf_a`, CPUID's leaf 0xa (zeros where there is none), and
 * `extended_ecx`, that of leaf 0x80000001; for AMD's also by vendor and family.
 */
struct perf_counter perf_choose(const struct cpu_features *features,
				const struct cpuid_regs *leaf_a, uint32_t extended_ecx);

/* What the counter starts with, to overflow after `cycles`, or its longest time. */
uint64_t perf_start_value(const struct perf_counter *counter, uint64_t cycles);
