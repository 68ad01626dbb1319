/* Finding and making entries, and the tables they are in. */
#include "mm/umap.h"

#include "mm/umap_tables.h"

/* Hang a fresh table into the empty `entry`. */
static bool add_table(struct space *space, pte_t *entry)
{
	struct page *page = frame_alloc_zeroed(PAGE_TABLE);

	if (!page)
		return false;
	space->tables++;
	fill(entry, page_to_paddr(page).raw | TABLE_FLAGS);
	return true;
}

void path_find(const struct space *space, uint64_t va, struct path *path)
{
	paddr_t table = space->root;
	int level = PT_LEVELS;

	refuse_kernel_half(va);
	for (;; level--) {
		path->entry[level] = (pte_t *)phys_to_virt(table) + level_index(va, level);
		path->level = level;
		if (!leads_on(*path->entry[level], level))
			return;
		table = pte_address(*path->entry[level]);
	}
}

void path_free_empty(struct space *space, const struct path *path, uint64_t va,
		     struct tlb_batch *batch)
{
	for (int level = path->level; level < PT_LEVELS; level++) {
		struct page *table = table_page(path->entry[level]);

		if (table->word)
			return;
		clear_entry(path->entry[level + 1]);
		space->tables--;
		tlb_batch_free_table(batch, table, va);
	}
}

void umap_drop_empty(struct space *space, uint64_t va)
{
	struct tlb_batch batch;
	struct path path;

	tlb_batch_init(&batch, space);
	path_find(space, va, &path);
	path_free_empty(space, &path, ALIGN_DOWN(va, PAGE_SIZE), &batch);
	tlb_batch_finish(&batch);
}

pte_t *umap_find(const struct space *space, uint64_t va)
{
	int level;
	pte_t *entry = umap_lowest(space, va, &level);

	return *entry ? entry : NULL;
}

pte_t *umap_make_below(struct space *space, uint64_t va, pte_t *entry, int at, int *level)
{
	while (at > 1 && !*entry && at != *level) {
		if (!add_table(space, entry)) {
			umap_drop_empty(space, va);
			return NULL;
		}
		entry = entry_below(*entry, va, --at);
	}
	*level = at;
	return entry;
}

pte_t *umap_make(struct space *space, uint64_t va, int *level)
{
	int lowest;
	pte_t *entry = umap_lowest(space, va, &lowest);

	return umap_make_below(space, va, entry, lowest, level);
}

bool umap_is_free(const struct space *space, uint64_t va)
{
	int level;
	const pte_t *entry = umap_lowest(space, va, &level);

	return level > 1 && !*entry;
}

pte_t *umap_next(const struct space *space, uint64_t start, uint64_t end, uint64_t *va,
		 unsigned *budget)
{
	uint64_t at = start;

	refuse_kernel_half(end - 1);
	while (at < end && *budget) {
		uint64_t empty;
		int level;
		pte_t *entry = find_lowest(space, at, &level);

		spend(budget, 1);
		if (*entry) {
			*va = at;
			return entry;
		}
		if (level > 1) {
			at = entry_end(at, level);
			continue;
		}
		empty = count_empty(entry, (MIN(end, entry_end(at, 2)) - at) / PAGE_SIZE);
		spend(budget, (unsigned)empty / EMPTY_PER_UNIT);
		at += empty * PAGE_SIZE;
	}
	*va = MIN(at, end);
	return NULL;
}
