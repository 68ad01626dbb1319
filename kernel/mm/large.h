/*
 * Large pages: 2 MiB of anonymous memory mapped by one entry. The block behind one is shared by
 * fork as a whole, and counted at its head. When one of its users needs single pages, the block is
 * broken: from then on each frame has its own count, and who still maps it as a whole stands for
 * one reference to each. Nothing here needs memory.
 */
#pragma once

#include "mm/page.h"
#include "mm/vma.h"

#define LARGE_ORDER 9
#define LARGE_PAGES (1UL << LARGE_ORDER)
#define LARGE_SIZE  (LARGE_PAGES * PAGE_SIZE)

/* Where anonymous memory gets large pages: nowhere, where madvise() asks for them, or anywhere. */
enum large_mode { LARGE_NEVER, LARGE_MADVISE, LARGE_ALWAYS };
extern enum large_mode large_mode;

/* The word thp= of the command line: always (as without it), madvise or never; others are told. */
void large_init(const char *cmdline);

/* Could the vma have a large page around `va`? */
static inline bool large_fits(const struct vma *vma, uint64_t va)
{
	uint64_t start = ALIGN_DOWN(va, LARGE_SIZE);

	if (vma->object || (vma->flags & (VMA_NO_LARGE | VMA_SHARED | VMA_GROWSDOWN)))
		return false;
	return vma->start <= start && start + LARGE_SIZE <= vma->end;
}

/* Is it to have one without being asked? */
static inline bool large_is_wanted(const struct vma *vma, uint64_t va)
{
	return large_fits(vma, va) && (large_mode == LARGE_ALWAYS ||
				       (large_mode == LARGE_MADVISE && (vma->flags & VMA_LARGE)));
}

/* A block that is being filled for a large page. */
struct large_block {
	struct page *head; /* or NULL */
	unsigned done;	   /* pages that are filled; if it is broken, these are mapped already */
};

/* The frames that nothing but `block` owns, for the census. */
void large_block_visit(const struct large_block *block, void (*fn)(struct page *frame));

/* Free them. Takes RANK_ZONE. */
void large_block_drop(struct large_block *block);

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

/*
 * Make a block of its frames again, if there is one reference to each: the caller's, which then has
 * the one to the whole. Takes RANK_LARGE.
 */
__must_check bool large_mend(struct page *head);

/* Break the block: the caller's whole mapping is one reference to each frame now. RANK_LARGE. */
void large_break(struct page *head);
