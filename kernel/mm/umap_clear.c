/* Taking pages out of the tables. */
#include "lib/upcall.h"
#include "mm/frame_run.h"
#include "mm/umap_tables.h"

#define PIECE_UNITS 2  /* what a run of frames costs to free, beside its frames, in pages */
#define PIECES_MAX  32 /* runs before that is counted */

/*
 * Clear used entries, at most *left, among the `n` from `entry`, which maps `va`, on. *left is
 * counted down; the number of entries passed is returned.
 */
static uint64_t clear_run(pte_t *entry, uint64_t n, uint64_t va, uint64_t *left,
			  struct tlb_batch *batch)
{
	uint64_t more = *left, i = 0;

	while (i < n && more) {
		struct page *page = pte_page(entry[i++]);

		if (!page)
			continue;
		entry[i - 1] = 0;
		more--;
		tlb_batch_free(batch, page, va + (i - 1) * PAGE_SIZE);
	}
	*left = more;
	return i;
}

/* The same in a space that is dead, where the frames may go at once: exit's longest loop. */
static __noinline uint64_t release_run(pte_t *entry, uint64_t n, uint64_t *left,
				       struct tlb_batch *batch)
{
	struct frame_run run = FRAME_RUN_EMPTY;
	uint64_t more = *left, i = 0;

	while (i < n && more) {
		struct page *page = pte_page(entry[i++]);

		if (!page)
			continue;
		entry[i - 1] = 0;
		more--;
		if (page_put(page)) {
			frame_run_add(&run, page);
			if (run.pieces == PIECES_MAX)
				break;
		}
	}
	frame_run_finish(&run);
	batch->pieces += run.pieces;
	*left = more;
	return i;
}

/* Clear the entries for [*at, stop) of one table, of which the first is used; *at moves on. */
static __noinline void clear_entries(struct space *space, pte_t *entry, uint64_t *at, uint64_t stop,
				     unsigned *budget, struct tlb_batch *batch)
{
	struct page *table = table_page(entry);
	unsigned most = batch->live ? MIN(*budget, (unsigned)TLB_BATCH_FRAMES) : *budget;
	uint64_t limit = MIN(table->word, (uint64_t)most), left = limit;
	uint64_t n = (stop - *at) / PAGE_SIZE, cleared, passed;
	unsigned pieces = batch->pieces;

	if (batch->live)
		passed = clear_run(entry, n, *at, &left, batch);
	else
		passed = release_run(entry, n, &left, batch);
	cleared = limit - left;
	table->word -= cleared;
	space_unmapped(space, cleared);
	pieces = batch->pieces - pieces;
	spend(budget, (unsigned)(cleared + passed / EMPTY_PER_UNIT) + pieces * PIECE_UNITS);
	*at = table->word ? *at + passed * PAGE_SIZE : stop;
}

/* Free what lies above a table, which covers `va`, if it has no entries now. */
static void free_way(struct space *space, const pte_t *entry, uint64_t va, struct tlb_batch *batch)
{
	struct path path;

	if (likely(table_page(entry)->word))
		return;
	path_find(space, va, &path);
	path_free_empty(space, &path, va, batch);
}

/* False: that is left to the next chunk, with all of its budget. */
static bool clear_large(struct space *space, pte_t *entry, uint64_t *va, uint64_t end,
			unsigned *budget, struct tlb_batch *batch)
{
	struct page *head = pte_page(*entry);
	unsigned cost = large_cost(head);

	if (unlikely(*va % LARGE_SIZE || end - *va < LARGE_SIZE))
		panic("a part of the large page at %p is to be unmapped", (void *)*va);
	if (cost > *budget) {
		*budget = 0;
		return false;
	}
	clear_entry(entry);
	space_unmapped(space, LARGE_PAGES);
	space->large--;
	tlb_batch_free_large(batch, head, *va);
	spend(budget, cost);
	*va += LARGE_SIZE;
	return true;
}

/* What the table of level 1 with the entry for *va maps, up to `end`. */
static inline void clear_in_table(struct space *space, pte_t *entry, uint64_t *va, uint64_t end,
				  unsigned *budget, struct tlb_batch *batch)
{
	uint64_t first = *va, stop = MIN(end, entry_end(first, 2));
	uint64_t empty = count_empty(entry, (stop - first) / PAGE_SIZE);

	*va = first + empty * PAGE_SIZE;
	spend(budget, 1 + (unsigned)empty / EMPTY_PER_UNIT);
	if (*va < stop && *budget)
		clear_entries(space, entry + empty, va, stop, budget, batch);
	/* A table may be empty from the start: for what it was made there was no memory. */
	free_way(space, entry, first, batch);
}

void umap_clear(struct space *space, uint64_t *va, uint64_t end, unsigned *budget,
		struct tlb_batch *batch)
{
	refuse_kernel_half(end - 1);
	while (*va < end && *budget) {
		uint64_t first = *va;
		int level;
		pte_t *entry = find_lowest(space, first, &level);

		if (likely(level == 1)) {
			clear_in_table(space, entry, va, end, budget, batch);
			continue;
		}
		spend(budget, 1);
		if (!*entry)
			*va = MIN(end, entry_end(first, level));
		else if (clear_large(space, entry, va, end, budget, batch))
			free_way(space, entry, first, batch);
	}
}
