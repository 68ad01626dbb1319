/*
 * Do all CPUs' TSCs show the same? The clock needs that: a thread that moves must not see time go
 * back. On most machines they do; where firmware has set one off, a starting CPU finds out and sets
 * itself right. Under a hypervisor nothing is done, since its guests' TSCs are its own business.
 *
 * The boot CPU publishes its TSC again and again while it waits for the others. A CPU that reads
 * its own, waits for one that was published later, and reads its own again, has to see the three in
 * this order.
 */
#pragma once

#include "arch/x86_64/layout.h"
#include "lib/base.h"

/* What a CPU has found, in ticks: positive when it was behind the boot CPU. */
struct tsc_skew {
	bool compared; /* the boot CPU answered in time */
	int64_t found; /* 0: none that could be seen */
	int64_t left;  /* the same after it was corrected */
};

/* By CPU index; written by that CPU before it is online. */
extern struct tsc_skew tsc_skews[CPU_MAX];

/* Publish this CPU's TSC: on the boot CPU, in each turn of its waiting. */
void tsc_sync_publish(void);

/*
 * Compare, and correct, the TSC of this CPU, index `id`, while it starts and the boot CPU waits for
 * it. Takes some microseconds; gives up after about 20 ms.
 */
void tsc_sync_cpu(uint32_t id);
