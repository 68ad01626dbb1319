/*
 * Single pages become a large one: clear, flush, fill, as in umap_split.c, so that no CPU holds
 * both kinds of translation.
 */
#include "mm/tlb_flush.h"
#include "mm/umap_tables.h"

#define NOTED (PTE_ACCESSED | PTE_DIRTY) /* what a CPU sets in an entry */

pte_t *umap_table(const struct space *space, uint64_t va)
{
	int level;
	pte_t *entry;

	refuse_kernel_half(va);
	entry = find_lowest(space, ALIGN_DOWN(va, LARGE_SIZE), &level);
	return level == 1 ? entry : NULL;
}

/* Is this the entry for page `i` of a block that the entry `first` begins, with the same rights? */
static inline bool continues(pte_t first, pte_t entry, uint64_t i)
{
	return ((entry ^ (first + i * PAGE_SIZE)) & ~NOTED) == 0;
}

/* The last entry is looked at first: it tells most of what is no block. */
static bool is_block(const pte_t *entries)
{
	pte_t first = entries[0];

	if (!(first & PTE_PRESENT) || !IS_ALIGNED(pte_address(first).raw, LARGE_SIZE))
		return false;
	for (uint64_t i = PT_ENTRIES - 1; i; i--) {
		if (!continues(first, entries[i], i))
			return false;
	}
	return true;
}

bool umap_merge(struct space *space, uint64_t va)
{
	uint64_t start = ALIGN_DOWN(va, LARGE_SIZE);
	struct page *table;
	struct path path;
	pte_t large;

	path_find(space, start, &path);
	if (path_large(&path))
		return true;
	if (path.level != 1 || !is_block(path.entry[1]) || !large_mend(page_at(*path.entry[1])))
		return false;
	*path.entry[2] = 0;
	tlb_flush_range(space, start, start + LARGE_SIZE, true);
	/* With what CPUs have noted up to the flush. */
	large = *path.entry[1] | PTE_LARGE;
	for (unsigned i = 0; i < PT_ENTRIES; i++)
		large |= path.entry[1][i] & NOTED;
	*path.entry[2] = large;
	space->tables--;
	space->large++;
	table = table_page(path.entry[1]);
	table->word = 0;
	frame_put(table);
	return true;
}
