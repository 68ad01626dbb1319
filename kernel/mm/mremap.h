/* mremap, in chunks under the space's claim. */
#pragma once

#include "mm/space.h"

/* What is to be done next. */
enum remap_stage {
	REMAP_CLEAR,   /* what is in the way of MREMAP_FIXED goes */
	REMAP_SHRINK,  /* what is behind the new size goes */
	REMAP_PLACE,   /* grow in place, or find a place */
	REMAP_PREPARE, /* make all that the move needs memory for */
	REMAP_MOVE,    /* the pages */
	REMAP_UNDO,    /* there was no memory */
};

struct remap {
	uint64_t addr, old_size, new_size; /* whole pages */
	uint64_t to;			   /* the new place; before it is found, that asked for */
	int flags;			   /* MREMAP_ */
	enum remap_stage stage;
	uint64_t cursor;
	bool small;	/* the area had VMA_NO_LARGE before */
	bool is_locked; /* what is new of it wants its pages */
};

/*
 * Go on: the address, SYS_AGAIN, or Linux's errno. Begins with the stage REMAP_CLEAR and a cursor
 * of 0. The arguments are checked: flags that go together, addresses that are aligned, in the user
 * half and, of old and new place, apart. Takes RANK_SPACE.
 */
sysret_t space_mremap(struct space *space, struct remap *remap);
