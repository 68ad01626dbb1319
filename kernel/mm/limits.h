/* How much memory there may be. */
#pragma once

#include "lib/base.h"

struct space;

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
 * than there is in all: whether `size` bytes of private, writable memory can be promised.
 */
bool memory_can_be_promised(uint64_t size);

/* May `size` bytes more be mapped with that protection (PROT_) and flags (VMA_)? [lock] */
bool space_may_map(const struct space *space, uint64_t size, uint32_t prot, uint32_t flags);

/* May `size` bytes of what is mapped already become data (vma_is_data)? [lock] */
bool space_may_have_data(const struct space *space, uint64_t size);

/* May `size` bytes more be locked? [lock] */
bool space_may_lock(const struct space *space, uint64_t size);
