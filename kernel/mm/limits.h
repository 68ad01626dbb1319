/* How much memory there may be. */
#pragma once

#include "lib/base.h"

/*
 * Linux promises memory that it may not have (vm.overcommit_memory 0), but in one call not more
 * than there is in all: whether `size` bytes of private, writable memory can be promised.
 */
bool memory_can_be_promised(uint64_t size);
