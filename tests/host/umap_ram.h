/* The RAM that the mapper of umap_model.h has: a zone of the buddy allocator. */
#pragma once

#include "mm/buddy.h"
#include "mm/large.h"

#define FRAMES 8192 /* frame numbers; those of the first large page are no RAM */

extern struct buddy zone;
extern unsigned fail_in; /* allocations until one fails; 0: none does */

/* All of it is free. */
void umap_ram_reset(void);
