/* Times and clocks of Linux x86_64 (linux/time.h, linux/time_types.h). */
#pragma once

#include <stdint.h>

#define NSEC_PER_SEC 1000000000LL

struct timespec {
	int64_t tv_sec;
	int64_t tv_nsec;
};

struct timeval {
	int64_t tv_sec;
	int64_t tv_usec;
};

#define CLOCK_REALTIME		 0
#define CLOCK_MONOTONIC		 1
#define CLOCK_PROCESS_CPUTIME_ID 2
#define CLOCK_THREAD_CPUTIME_ID	 3
#define CLOCK_MONOTONIC_RAW	 4
#define CLOCK_REALTIME_COARSE	 5
#define CLOCK_MONOTONIC_COARSE	 6
#define CLOCK_BOOTTIME		 7
#define CLOCK_REALTIME_ALARM	 8
#define CLOCK_BOOTTIME_ALARM	 9
#define CLOCK_TAI		 11

/*
 * Clocks below 0: the CPU time of the process or thread of a number, 0 the caller's. Of the kinds
 * the first two are counted in ticks on Linux, the second without time in the kernel.
 */
#define CPU_CLOCK_OF(clock)   (~((clock) >> 3))
#define CPU_CLOCK_THREAD      4
#define CPU_CLOCK_KIND(clock) ((clock)&3)
#define CPU_CLOCK_SCHED	      2 /* the last kind */

#define TIMER_ABSTIME 1
