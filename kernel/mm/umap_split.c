/* Large pages become single ones where only a part of one is to change. */
#include "abi/errno.h"
#include "mm/tlb_flush.h"
#include "mm/umap_tables.h"

/* The entry for the page of `i` pages on in a large page. */
static pte_t small_entry(pte_t large, uint64_t i)
{
	pte_t address = pte_frame(large).raw + i * PAGE_SIZE;
	pte_t entry = address | (large & ~(PTE_ADDRESS | PTE_LARGE));

	return large & PTE_PRESENT ? entry : entry ^ PTE_ADDRESS;
}

static void fill_table(struct page *table, pte_t large)
{
	pte_t *entries = page_to_virt(table);

	for (uint64_t i = 0; i < PT_ENTRIES; i++)
		entries[i] = small_entry(large, i);
	table->word = PT_ENTRIES;
}

/*
 * A CPU may hold both kinds of translation while the tables change, and some then stop (AMD's
 * erratum 383): so the large one is flushed while neither is there.
 */
int umap_split(struct space *space, uint64_t va)
{
	uint64_t start = ALIGN_DOWN(va, LARGE_SIZE);
	struct page *table;
	struct path path;
	pte_t large;

	path_find(space, va, &path);
	if (!path_large(&path))
		return 0;
	table = frame_alloc(PAGE_TABLE);
	if (!table)
		return -ENOMEM;
	large_break(pte_page(*path.entry[2]));
	/* What a CPU has noted in it up to now, that the page was written, is kept. */
	large = __atomic_exchange_n(path.entry[2], 0, __ATOMIC_ACQ_REL);
	tlb_flush_range(space, start, start + PAGE_SIZE, false);
	fill_table(table, large);
	*path.entry[2] = page_to_paddr(table).raw | TABLE_FLAGS;
	space->tables++;
	space->large--;
	return 0;
}

int umap_split_edges(struct space *space, uint64_t start, uint64_t end)
{
	int error = 0;

	if (likely(!space->large))
		return 0;
	if (start % LARGE_SIZE)
		error = umap_split(space, start);
	if (!error && end % LARGE_SIZE)
		error = umap_split(space, end);
	return error;
}
