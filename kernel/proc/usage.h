/* What processes use, as getrusage() and wait4() tell it. */
#pragma once

#include "abi/resource.h"
#include "lib/base.h"

struct process;

struct usage {
	uint64_t run_ns; /* on CPUs */
	uint64_t faults;
	uint64_t peak; /* most pages that were resident at a time */
};

/* What two processes have used together, the peak being that of the larger. */
static inline void usage_add(struct usage *sum, const struct usage *other)
{
	sum->run_ns += other->run_ns;
	sum->faults += other->faults;
	sum->peak = MAX(sum->peak, other->peak);
}

/*
 * What a process has used so far: the current one, or with tree_lock held. Takes RANK_PROCESS,
 * RANK_SPACE.
 */
struct usage usage_of(struct process *process);

/* The same for programs. Time in the kernel is not told from time in ring 3. */
struct rusage usage_tell(const struct usage *usage);
