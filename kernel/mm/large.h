/*
 * Large pages: 2 MiB of anonymous memory mapped by one entry. The block behind one is shared by
 * fork as a whole, and counted at its head. When one of its users needs single pages, the block is
 * broken: from then on each frame has its own count, and who still maps it as a whole stands for
 * one reference to each. Nothing here needs memory.
 */
#pragma once

#include "mm/page.h"

#define LARGE_ORDER 9
#define LARGE_PAGES (1UL << LARGE_ORDER)
#define LARGE_SIZE  (LARGE_PAGES * PAGE_SIZE)

/* Where anonymous memory gets large pages: nowhere, where madvise() asks for them, or anywhere. */
enum large_mode { LARGE_NEVER, LARGE_MADVISE, LARGE_ALWAYS };
extern enum large_mode large_mode;

/* The word thp= of the command line: always (as without it), madvise or never; others are told. */
void large_init(const char *cmdline);

/* A block with one reference, not cleared; NULL when RAM is short: nothing waits for one. */
struct page *large_alloc(void);

/* Clear a part of a block, so many pages from its page `first` on: interrupts wait meanwhile. */
#define LARGE_PART 16UL
void large_clear_part(struct page *head, uint64_t first);

/* One more whole mapping; one less, where the last one frees it. Take RANK_LARGE, RANK_ZONE. */
void large_get(struct page *head);
void large_put(struct page *head);

/* What large_get() and large_put() cost at most, in pages put alone: more when it is broken. Any
 * chunk of work has a larger budget. */
#define LARGE_COST_MAX 240U
unsigned large_cost(const struct page *head);

/* Has the caller's whole mapping the only reference to all of the block? */
bool large_is_exclusive(const struct page *head);

/* Break the block: the caller's whole mapping is one reference to each frame now. RANK_LARGE. */
void large_break(struct page *head);
