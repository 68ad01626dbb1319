/* Making allocations fail, for tests: every frame, block and kernel object is counted. */
#pragma once

#include "lib/base.h"

/*
 * The `n`-th allocation from now on fails, and with `every` each n-th; 0: none does. Those count of
 * which `counts`, asked on the CPU that allocates, says so; with NULL all. What failed so far is
 * forgotten.
 */
void failalloc_set(uint64_t n, bool every, bool (*counts)(void));

/* The word failalloc=N[,every] of the command line. */
void failalloc_init(const char *cmdline);

/* How many were made to fail since failalloc_set(). */
uint64_t failalloc_count(void);

/* Anything is to fail; and one more allocation counted, true if it is that one. */
extern bool failalloc_on;
bool failalloc_counts(void);

/* Is this allocation to fail? Asked by the allocators. */
static inline bool failalloc(void)
{
	return unlikely(failalloc_on) && failalloc_counts();
}
