/*
 * The machine-check architecture (SDM 3B chapter 16): banks of registers in which the hardware
 * tells of its own errors. All functions are of the CPU that calls them.
 */
#pragma once

#include "lib/base.h"

/* One bank that holds an error. */
struct mc_error {
	unsigned bank;
	uint64_t status;
	uint64_t addr; /* 0 when the status says that there is none */
	uint64_t misc; /* likewise */
};

#define MC_STATUS_UNCORRECTED (1UL << 61)
#define MC_STATUS_CORRUPT     (1UL << 57) /* the CPU's state may be wrong */

/*
 * Have the banks report (16.3.2.1), and forget what they hold: after machine_check_next() has told
 * it. On each CPU, after cpu_enable_features(). Nothing without the feature.
 */
void machine_check_init_cpu(void);

/*
 * The first error in a bank from *bank on; *bank is set behind it. False when there is none. Begin
 * with 0. Takes no lock and touches only MSRs.
 */
bool machine_check_next(unsigned *bank, struct mc_error *error);

/* Whether the CPU can go on where it was interrupted, by IA32_MCG_STATUS (16.3.1.2). */
bool machine_check_can_resume(void);
