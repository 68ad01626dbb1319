/* How much memory there may be. */
#pragma once

#include "lib/base.h"

/* The resource limits of one space, in bytes; RLIM_INFINITY is larger than all that counts. */
struct space_limits {
	uint64_t address_space; /* RLIMIT_AS */
	uint64_t data;		/* RLIMIT_DATA */
	uint64_t stack;		/* RLIMIT_STACK */
	uint64_t locked;	/* RLIMIT_MEMLOCK */
};

/* Those of the first process. */
extern const struct space_limits default_limits;

/*
 * Linux promises memory that it may not have (vm.overcommit_memory 0), but in one call not more
 * private, writable memory than there is RAM in all: so many bytes. Constant after boot.
 */
extern uint64_t memory_promise_max;

/* At boot, when it is known how much RAM there is. */
void limits_init(void);
