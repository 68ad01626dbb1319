/* The MTRRs of the boot CPU, read once; firmware gives all CPUs the same (SDM 3A 12.11.8). */
#pragma once

#include "arch/x86_64/mtrr_map.h"

/* Read the registers. After cpuid_init(), before mtrr_is_uniform(). */
void mtrr_read(void);

/* What was read, for mtrr_type_uniform() and the log. */
const struct mtrr_state *mtrr_state(void);

/* Whether the physical range [start, start + size) has one memory type, so that a page may map it.
 */
bool mtrr_is_uniform(uint64_t start, uint64_t size);
