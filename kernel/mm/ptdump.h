/* Page walks in words. */
#pragma once

#include "lib/addr.h"

/* Log the walk of `va` from the PML4 at `root`, a line a level with its flags decoded. */
void ptdump_address(paddr_t root, uint64_t va);

/* Let fault reports print the walk of the faulting address in the tables that CR3 holds. */
void ptdump_register(void);
