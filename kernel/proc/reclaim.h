/* Taking back, from all processes, what they let go when memory is short (mm/lazy_free.h). */
#pragma once

#include "lib/base.h"

/* How far it has come. Zeroed: the beginning. */
struct reclaim {
	int64_t pid;	 /* of the process that is next, or less, */
	uint64_t cursor; /* and the address in it */
	uint64_t freed;	 /* pages */
};

/* A chunk. True when more is to be looked at. Takes RANK_TREE, RANK_PROCESS, RANK_SPACE. */
bool reclaim_chunk(struct reclaim *reclaim);
