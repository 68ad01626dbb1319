/* The master address space: what every address space's upper half is linked from. */
#pragma once

#include "mm/memmap.h"

/*
 * Build it: kernel segments with their permissions, direct map, CPU 0's window, the top-level
 * tables of all regions. Tables come from `map`. Logs what it maps; panics without memory.
 */
void master_build(struct memmap *map);

/*
 * Leave the boot tables: load CR3. What only they mapped is gone; the log's screen must have moved.
 */
void master_switch(void);

/* Check, and log, that the stack is there and the identity map is not. */
void master_verify(void);
