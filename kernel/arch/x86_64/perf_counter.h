/* This CPU's performance counter as a source of NMIs, while it is not halted. */
#pragma once

#include "arch/x86_64/perf_choice.h"

/*
 * Find it, and try whether it counts: emulators and hypervisors state counters that they do not
 * have, and firmware may have taken it. False when there is none. After apic_init_cpu().
 */
bool perf_counter_find(struct perf_counter *counter);

/*
 * Send this CPU an NMI after `cycles`, or after as many as the counter can count, once; instead of
 * what was started before. Stopping it: no NMI comes but one that is on its way. Both callable from
 * an NMI, when it was found.
 */
void perf_counter_start(const struct perf_counter *counter, uint64_t cycles);
void perf_counter_stop(const struct perf_counter *counter);
