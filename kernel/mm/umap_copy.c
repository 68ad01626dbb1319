/* Sharing pages between two spaces, copy-on-write. */
#include "abi/errno.h"
#include "mm/umap_tables.h"

/*
 * Let the `n` entries at `target` share the pages of those at `source`, write-protecting both. The
 * number of pages; *changed is set when a source entry lost its right to write. Fork's longest
 * loop: every instruction counts.
 */
static __noinline uint64_t share_run(pte_t *source, pte_t *target, uint64_t n, bool *changed)
{
	uint64_t empty = 0;

	for (uint64_t i = 0; i < n; i++) {
		pte_t entry = source[i];
		struct page *page = pte_page(entry);

		if (!page) {
			empty++;
			continue;
		}
		if (entry & PTE_WRITE) {
			entry &= ~PTE_WRITE;
			source[i] = entry;
			*changed = true;
		}
		target[i] = entry;
		page_get(page);
	}
	return n - empty;
}

/* One table's part of the copy. [from's lock] */
static sysret_t copy_table(pte_t *source, struct space *to, uint64_t va, uint64_t n,
			   struct tlb_batch *batch)
{
#ifdef MUTANT_share_table
	bool full = table_page(source)->word == PT_ENTRIES;
	int above = 2;
	pte_t *way = full ? umap_make(to, va, &above) : NULL;

	if (way && above == 2) {
		fill(way, page_to_paddr(table_page(source)).raw | TABLE_FLAGS);
		to->tables++;
	}
	if (way && (above == 2 || way == source))
		return 0;
#endif
	int level = 1;
	pte_t *target = umap_make(to, va, &level);
	bool changed = false;
	uint64_t shared;

	if (!target)
		return -ENOMEM;
	shared = share_run(source, target, n, &changed);
	table_page(target)->word += shared;
	to->resident += shared;
	if (!shared)
		umap_drop_empty(to, va);
	if (changed) {
		tlb_batch_page(batch, va);
		tlb_batch_page(batch, va + (n - 1) * PAGE_SIZE);
	}
	return 0;
}

static sysret_t copy_large(pte_t *source, struct space *to, uint64_t va, struct tlb_batch *batch)
{
	int level = 2;
	pte_t *target = umap_make(to, va, &level);

	if (!target)
		return -ENOMEM;
	if (*source & PTE_WRITE) {
		*source &= ~PTE_WRITE;
		tlb_batch_page(batch, va);
	}
	large_get(pte_page(*source));
	umap_set(to, target, *source);
	return 0;
}

/* What the lowest entry on the way leads to, or skip what is not there. [from's lock] */
static sysret_t copy_at(const struct path *path, struct space *to, uint64_t *va, uint64_t end,
			unsigned *budget, struct tlb_batch *batch)
{
	uint64_t next = entry_end(*va, path->level);
	sysret_t error = 0;

	if (path->level == 1) {
		uint64_t n = (MIN(end, entry_end(*va, 2)) - *va) / PAGE_SIZE;

		n = MIN(n, (uint64_t)*budget);
		error = copy_table(path->entry[1], to, *va, n, batch);
		spend(budget, (unsigned)n);
		next = *va + n * PAGE_SIZE;
	} else if (path_large(path)) {
		error = copy_large(path->entry[2], to, *va, batch);
		spend(budget, large_cost(pte_page(*path->entry[2])));
	}
	if (!error)
		*va = MIN(next, end);
	return error;
}

sysret_t umap_copy(struct space *from, struct space *to, uint64_t *va, uint64_t end,
		   unsigned *budget, struct tlb_batch *batch)
{
	sysret_t error = 0;

	while (!error && *budget > UMAP_PATH_COST && *va < end) {
		struct path path;

		path_find(from, *va, &path);
		spend(budget, UMAP_PATH_COST);
		error = copy_at(&path, to, va, end, budget, batch);
	}
	if (*budget <= UMAP_PATH_COST)
		*budget = 0;
	return error;
}
