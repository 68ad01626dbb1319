/*
 * The mapper of the user half: page tables of one space. It refuses (panics on) addresses of the
 * kernel half; its counterpart for those is kmap.h. The space's lock must be held for everything
 * here. Tables are made on demand and freed when their last entry goes; the number of entries in
 * use is kept in the table's struct page.
 */
#pragma once

#include "arch/x86_64/pte.h"
#include "mm/tlb.h"

/* The entry for the page at `va` if its table exists, else NULL. */
pte_t *umap_find(const struct space *space, uint64_t va);

/*
 * The same, making tables; NULL without memory. The entry may be empty: use umap_set() to fill it.
 */
pte_t *umap_make(struct space *space, uint64_t va);

/* Fill an empty entry that umap_make() returned; the frame's reference becomes the mapping's. */
void umap_set(struct space *space, pte_t *entry, pte_t value);

/*
 * Unmap the pages of [*va, end), stopping after *budget pages and tables, with *va where to go on.
 * Frames and tables go to the batch.
 */
void umap_clear(struct space *space, uint64_t *va, uint64_t end, unsigned *budget,
		struct tlb_batch *batch);

/*
 * The first present page at or above `start` and below `end`: its entry, with *va set; NULL when
 * there is none. Skips absent tables as a whole; looks at no more than *budget entries, which it
 * counts down, and sets *va to where to go on when that is used up.
 */
pte_t *umap_next(const struct space *space, uint64_t start, uint64_t end, uint64_t *va,
		 unsigned *budget);

/*
 * Let `to` share the pages of `from` in [*va, end), copy-on-write: both lose the right to write.
 * Stops when *budget entries have been looked at, with *va where to go on. 0 or -ENOMEM. Both
 * spaces' pages must not change otherwise meanwhile; `batch` is `from`'s.
 */
sysret_t umap_copy(struct space *from, struct space *to, uint64_t *va, uint64_t end,
		   unsigned *budget, struct tlb_batch *batch);
