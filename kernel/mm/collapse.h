/* MADV_COLLAPSE: the single pages of 2 MiB become a large page. */
#pragma once

#include "mm/large.h"
#include "mm/space.h"

struct collapse {
	uint64_t at, end; /* what is left */
	int failure;	  /* why a block of the area at `at` could not be done, or 0 */
	bool hole;	  /* part of what is done is not mapped */
};

/*
 * Go on, with the claim on the space; `block`, empty at first, is where pages move to, and at the
 * end the caller's to drop. 0 when all that lies in the range in whole blocks is large pages, or
 * SYS_AGAIN; as Linux 6.1 -EINVAL: an area cannot have large pages, or a block has no page that can
 * be written; -ENOMEM: no memory, or a hole, after all else; -EAGAIN: a page is held. Only
 * anonymous private memory has large pages. Takes RANK_SPACE.
 */
sysret_t space_collapse(struct space *space, struct collapse *collapse, struct large_block *block);
