/* What a space maps, in the formats of Linux's /proc/PID/maps and smaps (man 5 proc). */
#pragma once

#include "lib/print.h"
#include "mm/space.h"

/* The line of the lowest vma that ends above *at, which becomes its end; false: none. [lock] */
bool maps_print_some(struct printer *out, struct space *space, uint64_t *at);

/* smaps at work. Zeroed: the beginning. */
struct smaps {
	uint64_t at;		      /* the next address to look at */
	struct vma vma;		      /* what the vma was when it was begun; end 0: between two */
	uint64_t rss, pss, pss_dirty; /* bytes */
	uint64_t clean[2], dirty[2];  /* [0] private, [1] shared */
	uint64_t referenced, anonymous, lazy, huge;
};

/* Some more of it: false when all is printed. [lock], which need not be kept in between. */
bool smaps_print_some(struct printer *out, struct space *space, struct smaps *smaps);
