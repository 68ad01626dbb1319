/* The direct map of RAM at PHYS_OFFSET: RAM only, in the largest pages that the CPU has. */
#pragma once

#include "mm/memmap.h"

/*
 * Map all RAM below 4 GiB, kernel text and read-only data read-only, and make the tables that
 * PML4 slots for all other RAM point to, so that the slots can be sealed. Panics without memory.
 */
void direct_map_init(const struct memmap *map);

/*
 * Make sure that RAM [start, end) is mapped before it comes online. Calls come in ascending order.
 * False without memory for tables. Takes RANK_KMAP.
 */
__must_check bool direct_map_extend(uint64_t start, uint64_t end);
