/* Rows of calls that do next to nothing: the way in and out. */
#include "bench.h"

#include <time.h>

static uint64_t null_call(unsigned batch)
{
	return TIMED(batch, call0(SYS_getppid));
}

static uint64_t getpid_call(unsigned batch)
{
	return TIMED(batch, call0(SYS_getpid));
}

static uint64_t yield_call(unsigned batch)
{
	return TIMED(batch, call0(SYS_sched_yield));
}

static uint64_t clock_call(unsigned batch)
{
	struct timespec now;

	return TIMED(batch, call2(SYS_clock_gettime, CLOCK_MONOTONIC, (long)&now));
}

static uint64_t clock_libc(unsigned batch)
{
	struct timespec now;

	return TIMED(batch, clock_gettime(CLOCK_MONOTONIC, &now));
}

const struct row call_rows[] = {
	{"null_call", 100, 200, NULL, null_call, NULL},
	{"getpid", 100, 200, NULL, getpid_call, NULL},
	{"sched_yield", 60, 100, NULL, yield_call, NULL},
	{"clock_gettime_call", 100, 100, NULL, clock_call, NULL},
	{"clock_gettime_vdso", 100, 100, NULL, clock_libc, NULL},
	{.name = NULL},
};
