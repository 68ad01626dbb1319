/*
 * The mapper of the user half: page tables of one space. It refuses (panics on) addresses of the
 * kernel half; its counterpart for those is kmap.h. The space's lock must be held for everything
 * here. Tables are made on demand and freed when their last entry goes; the number of entries in
 * use is kept in the table's struct page.
 *
 * An entry maps a page, or, in a table of level 2 and with PTE_LARGE, a large page. No large page
 * lies across the end of a vma: who cuts one, or changes a part of one, splits first.
 */
#pragma once

#include "arch/x86_64/pte.h"
#include "mm/large.h"
#include "mm/tlb.h"

/* The bytes that a used entry maps. */
static inline uint64_t umap_size(pte_t entry)
{
	return entry & PTE_LARGE ? LARGE_SIZE : PAGE_SIZE;
}

/* The used entry that maps `va`, or NULL. */
pte_t *umap_find(const struct space *space, uint64_t va);

/*
 * The entry for `va`, empty or not, making tables; NULL without memory. *level says how far down
 * they are to be made: for 1 always, for 2 not below an entry of level 2 that is empty. It becomes
 * the level of the entry, which is 2 for a large page whatever was asked for. umap_set()
 * (umap_walk.h) fills it.
 */
pte_t *umap_make(struct space *space, uint64_t va, int *level);

/* Is there room for a large page around `va`: neither pages nor a table for them? */
bool umap_is_free(const struct space *space, uint64_t va);

/*
 * Unmap the pages of [*va, end), stopping after *budget pages and tables, with *va where to go on.
 * Frames and tables go to the batch. The edges must be split.
 */
void umap_clear(struct space *space, uint64_t *va, uint64_t end, unsigned *budget,
		struct tlb_batch *batch);

/*
 * The first used entry at or above `start` and below `end`, with *va set, at which umap_size()
 * bytes begin if the edges are split; NULL when there is none. Skips absent tables as a whole;
 * looks at no more than *budget entries, which it counts down, and sets *va to where to go on when
 * that is used up.
 */
pte_t *umap_next(const struct space *space, uint64_t start, uint64_t end, uint64_t *va,
		 unsigned *budget);

#define UMAP_PATH_COST 3 /* what a way down the tables counts for, in entries looked at */

/*
 * Let `to` share the pages of `from` in [*va, end), copy-on-write: both lose the right to write.
 * Stops when *budget entries have been looked at, which begins above UMAP_PATH_COST, with *va where
 * to go on. 0 or -ENOMEM. Both spaces' pages must not change otherwise meanwhile; `batch` is
 * `from`'s.
 */
sysret_t umap_copy(struct space *from, struct space *to, uint64_t *va, uint64_t end,
		   unsigned *budget, struct tlb_batch *batch);

/* The 512 entries for the pages around `va`, if there is a table of them, or NULL. */
pte_t *umap_table(const struct space *space, uint64_t va);

/*
 * Make the pages around `va` a large page if they are all of one block, in order, with the same
 * rights, and this space's alone. Whether there is a large page now. Little work where not.
 */
bool umap_merge(struct space *space, uint64_t va);

/* Make the large page at `va`, if there is one, single pages. 0 or -ENOMEM, nothing changed. */
int umap_split(struct space *space, uint64_t va);

/* The same for those that lie across `start` or `end`. */
int umap_split_edges(struct space *space, uint64_t start, uint64_t end);
