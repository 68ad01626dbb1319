/* Making pages before they are touched, a chunk a call, without a claim. */
#pragma once

#include "mm/space.h"

enum populate_kind {
	POPULATE_READ,	/* MADV_POPULATE_READ: each page can be read, */
	POPULATE_WRITE, /* or written, without a fault; or the reason why not is the result */
	POPULATE_LOCK,	/* mlock: as the area's protection asks for */
	POPULATE_MAP,	/* MAP_POPULATE, mlockall: the same; what cannot be had is left out */
};

struct populate {
	enum populate_kind kind;
	uint64_t at, end; /* what is left */
	unsigned access;  /* with SYS_FAULT_WAIT: what the page at `at` is wanted for */
};

/*
 * Go on: 0 when it is done, SYS_AGAIN, SYS_FAULT_WAIT when there is no memory for the page at `at`.
 * As Linux: -ENOMEM for a hole (unless POPULATE_MAP), -EFAULT where pages cannot be had, and for
 * the first two kinds -EINVAL where the protection forbids the access. Takes RANK_SPACE.
 */
sysret_t space_populate(struct space *space, struct populate *populate);
