/*
 * The exception table: the few kernel instructions that may fault, and where to go on then. And
 * the places that are patched on CPUs with SMAP.
 */
#pragma once

#include "lib/base.h"

/* Copy `n` bytes, one side of which is user memory; the number that was not copied. */
size_t user_copy(void *dst, const void *src, size_t n);

/* Store two words at `dst`, in user memory; how many were not, where after a fault both count. */
size_t user_store_pair(void *dst, uint64_t first, uint64_t second);

/* Where to go on after exception `vector` at `rip`, or 0 when it is not allowed there. */
uintptr_t extable_find(uintptr_t rip, uint64_t vector);

/*
 * Write STAC and CLAC over the NOPs that stand for them in the assembly. At boot on a CPU with
 * SMAP, while text is still writable and before CR4.SMAP is set.
 */
void smap_patch(void);
