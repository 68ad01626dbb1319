/* What a process has used, as wait4() tells its parent. */
#pragma once

#include "lib/base.h"

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
