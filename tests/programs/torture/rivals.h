// Part of torture.c: threads of different states that take turns on the same CPUs.
#pragma once

#include "entries.h"

#define RIVALS	   3	    // on each CPU
#define RIVAL_CPUS 4	    // at most
#define RIVAL_NS   60000000 // so long does each run

struct rival {
	unsigned number;
	int cpu; // -1: moves from CPU to CPU
};

static unsigned cpus_usable(int cpus[RIVAL_CPUS])
{
	uint64_t mask[16] = {0};
	unsigned count = 0;

	sys(SYS_sched_getaffinity, 0, sizeof(mask), mask);
	for (int cpu = 0; cpu < 1024 && count < RIVAL_CPUS; cpu++)
		if (mask[cpu / 64] >> cpu % 64 & 1)
			cpus[count++] = cpu;
	return count;
}

static int pin(int cpu)
{
	uint64_t mask[16] = {0};

	mask[cpu / 64] = 1ul << cpu % 64;
	return sys(SYS_sched_setaffinity, 0, sizeof(mask), mask) == 0 ? 0 : 5;
}

// One round: each kind of entry that may lead to another thread.
static int rival_round(unsigned round)
{
	static int (*const runs[])(const struct variant *variant) = {
		entry_yield, entry_getpid, entry_fault_write, entry_sleep, entry_timer, entry_fork,
	};
	const size_t count = sizeof(runs) / sizeof(runs[0]);

	return runs[round % count](
		&variants[round / count % (sizeof(variants) / sizeof(variants[0]))]);
}

static int rival(void *arg)
{
	const struct rival *self = arg;
	int cpus[RIVAL_CPUS], seen = 0;
	unsigned count = cpus_usable(cpus);
	int64_t end = now_ns() + RIVAL_NS;

	if (self->cpu >= 0)
		seen = pin(self->cpu);
	for (unsigned round = self->number * 7; !seen && now_ns() < end; round++) {
		if (self->cpu < 0)
			seen = pin(cpus[round % count]);
		if (!seen)
			seen = rival_round(round);
	}
	return seen;
}

// Starts them all, then waits for them all: the first bad status, or 0.
static int run_rivals(bool moving)
{
	int cpus[RIVAL_CPUS], status, seen = 0, started = 0;
	unsigned count = cpus_usable(cpus);

	for (unsigned i = 0; i < count * RIVALS; i++) {
		struct rival self = {i, moving ? -1 : cpus[i % count]};
		pid_t pid = fork();

		if (pid == 0)
			_exit(rival(&self));
		started += pid > 0;
	}
	if (started != (int)(count * RIVALS))
		seen = 6;
	while (started-- > 0) {
		if (wait(&status) < 0)
			return 6;
		if (status != 0 && !seen)
			seen = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	}
	return seen;
}

static int rivals_pinned(void *arg)
{
	(void)arg;
	return run_rivals(false);
}

static int rivals_moving(void *arg)
{
	(void)arg;
	return run_rivals(true);
}

static void rival_cases(void)
{
	static const struct test tests[] = {
		{"rivals, each on one CPU", rivals_pinned, NULL, SURVIVES},
		{"rivals, moving between CPUs", rivals_moving, NULL, SURVIVES},
	};

	RUN_ALL(tests);
}
