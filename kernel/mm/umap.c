#include "mm/umap.h"

#include "abi/errno.h"
#include "lib/upcall.h"
#include "mm/frames.h"
#include "mm/phys.h"

#define TABLE_FLAGS (PTE_PRESENT | PTE_WRITE | PTE_USER | PTE_ACCESSED)

static void refuse_kernel_half(uint64_t va)
{
	if (unlikely(va >= KERNEL_HIGHER_HALF_BASE))
		panic("umap refuses the kernel address %p", (void *)va);
}

/* What the longest loops do with an entry; each instruction counts there. */

/* The frame at an entry's address: as paddr_to_page(), in one shift. */
static inline struct page *page_at(uint64_t address)
{
	_Static_assert(PAGE_SIZE / sizeof(struct page) == 256, "the shift below");
	return (struct page *)((uintptr_t)frame_table + ((address & PTE_ADDRESS) >> 8));
}

/* The frame that an entry keeps, or NULL. Nearly all are present. */
static inline struct page *pte_page(pte_t pte)
{
	if (likely(pte & PTE_PRESENT))
		return page_at(pte);
	return pte ? page_at(~pte) : NULL;
}

static struct page *table_page(const pte_t *entry)
{
	return paddr_to_page(direct_map_to_phys(entry));
}

pte_t *umap_find(const struct space *space, uint64_t va)
{
	paddr_t table = space->root;

	refuse_kernel_half(va);
	for (int level = PT_LEVELS; level > 1; level--) {
		pte_t entry = ((pte_t *)phys_to_virt(table))[level_index(va, level)];

		if (!(entry & PTE_PRESENT))
			return NULL;
		table = pte_address(entry);
	}
	return (pte_t *)phys_to_virt(table) + level_index(va, 1);
}

static void fill(pte_t *entry, pte_t value)
{
	*entry = value;
	table_page(entry)->word++;
}

static void empty(pte_t *entry)
{
	*entry = 0;
	table_page(entry)->word--;
}

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

/* Free the tables on the way to `va` that hold nothing: a way that was only half made. */
static void drop_empty(struct space *space, uint64_t va);

pte_t *umap_make(struct space *space, uint64_t va)
{
	pte_t *entry = (pte_t *)phys_to_virt(space->root) + level_index(va, PT_LEVELS);

	refuse_kernel_half(va);
	for (int level = PT_LEVELS - 1; level >= 1; level--) {
		if (unlikely(!*entry) && !add_table(space, entry)) {
			drop_empty(space, va);
			return NULL;
		}
		entry = (pte_t *)phys_to_virt(pte_address(*entry)) + level_index(va, level);
	}
	return entry;
}

void umap_set(struct space *space, pte_t *entry, pte_t value)
{
	fill(entry, value);
	space->resident++;
}

/* A position in the tables: the entries on the way to an address, as far down as they exist. */
struct path {
	pte_t *entry[PT_LEVELS + 1];
	int level; /* of the lowest entry */
};

static void path_find(const struct space *space, uint64_t va, struct path *path)
{
	paddr_t table = space->root;
	int level = PT_LEVELS;

	for (;; level--) {
		path->entry[level] = (pte_t *)phys_to_virt(table) + level_index(va, level);
		path->level = level;
		if (level == 1 || !(*path->entry[level] & PTE_PRESENT))
			return;
		table = pte_address(*path->entry[level]);
	}
}

/*
 * Clear the entries that point to tables without entries, from the lowest level of `path`, the way
 * to `va`, up. CPUs cache the way as well: a flush of the page drops that too (SDM 3A 4.10.4.1).
 */
static void free_empty_tables(struct space *space, const struct path *path, uint64_t va,
			      struct tlb_batch *batch)
{
	for (int level = path->level; level < PT_LEVELS; level++) {
		struct page *table = table_page(path->entry[level]);

		if (table->word)
			return;
		empty(path->entry[level + 1]);
		space->tables--;
		tlb_batch_free_table(batch, table, va);
	}
}

static void drop_empty(struct space *space, uint64_t va)
{
	struct tlb_batch batch;
	struct path path;

	tlb_batch_init(&batch, space);
	path_find(space, va, &path);
	free_empty_tables(space, &path, ALIGN_DOWN(va, PAGE_SIZE), &batch);
	tlb_batch_finish(&batch);
}

/* Where the table (of entries of `level`) that covers `va` ends. */
static uint64_t table_end(uint64_t va, int level)
{
	uint64_t size = level_size(level + 1);

	return ALIGN_DOWN(va, size) + size;
}

#define EMPTY_PER_UNIT 32 /* empty entries that cost as much to pass as one page */

static void spend(unsigned *budget, unsigned units)
{
	*budget -= MIN(*budget, units);
}

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
static __noinline uint64_t release_run(pte_t *entry, uint64_t n, uint64_t *left)
{
	uint64_t more = *left, i = 0;

	while (i < n && more) {
		struct page *page = pte_page(entry[i++]);

		if (!page)
			continue;
		entry[i - 1] = 0;
		more--;
		frame_put(page);
	}
	*left = more;
	return i;
}

/* Clear the entries for [*at, stop) of one table; *at moves on. */
static void clear_entries(struct space *space, pte_t *entry, uint64_t *at, uint64_t stop,
			  unsigned *budget, struct tlb_batch *batch)
{
	struct page *table = table_page(entry);
	uint64_t limit = MIN(table->word, (uint64_t)*budget), left = limit;
	uint64_t n = (stop - *at) / PAGE_SIZE, cleared;
	uint64_t passed =
		batch->live ? clear_run(entry, n, *at, &left, batch) : release_run(entry, n, &left);

	cleared = limit - left;
	table->word -= cleared;
	space->resident -= cleared;
	spend(budget, (unsigned)(cleared + passed / EMPTY_PER_UNIT));
	*at = table->word ? *at + passed * PAGE_SIZE : stop;
}

void umap_clear(struct space *space, uint64_t *va, uint64_t end, unsigned *budget,
		struct tlb_batch *batch)
{
	refuse_kernel_half(end - 1);
	while (*va < end && *budget) {
		uint64_t first = *va;
		struct path path;

		path_find(space, *va, &path);
		spend(budget, 1);
		if (path.level > 1) {
			*va = ALIGN_DOWN(*va, level_size(path.level)) + level_size(path.level);
			continue;
		}
		clear_entries(space, path.entry[1], va, MIN(end, table_end(*va, 1)), budget, batch);
		free_empty_tables(space, &path, first, batch);
	}
	*va = MIN(*va, end);
}

pte_t *umap_next(const struct space *space, uint64_t start, uint64_t end, uint64_t *va,
		 unsigned *budget)
{
	uint64_t at = start;

	while (at < end && *budget) {
		struct path path;
		uint64_t from = at, stop;

		path_find(space, at, &path);
		spend(budget, 1);
		if (path.level > 1) {
			at = ALIGN_DOWN(at, level_size(path.level)) + level_size(path.level);
			continue;
		}
		stop = MIN(end, table_end(at, 1));
		for (pte_t *entry = path.entry[1]; at < stop; entry++, at += PAGE_SIZE) {
			if (*entry) {
				*va = at;
				return entry;
			}
		}
		spend(budget, (unsigned)((at - from) / PAGE_SIZE / EMPTY_PER_UNIT));
	}
	*va = MIN(at, end);
	return NULL;
}

/*
 * Let the `n` entries at `target` share the pages of those at `source`, write-protecting both. The
 * number of pages; *changed is set when a source entry lost its right to write. Fork's longest
 * loop.
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
	pte_t *target = umap_make(to, va);
	bool changed = false;
	uint64_t shared;

	if (!target)
		return -ENOMEM;
	shared = share_run(source, target, n, &changed);
	table_page(target)->word += shared;
	to->resident += shared;
	if (!shared)
		drop_empty(to, va);
	if (changed) {
		tlb_batch_page(batch, va);
		tlb_batch_page(batch, va + (n - 1) * PAGE_SIZE);
	}
	return 0;
}

sysret_t umap_copy(struct space *from, struct space *to, uint64_t *va, uint64_t end,
		   unsigned *budget, struct tlb_batch *batch)
{
	while (*va < end && *budget) {
		struct path path;
		uint64_t n = (MIN(end, table_end(*va, 1)) - *va) / PAGE_SIZE;
		sysret_t error;

		path_find(from, *va, &path);
		if (--*budget == 0)
			break;
		if (path.level > 1) {
			*va = ALIGN_DOWN(*va, level_size(path.level)) + level_size(path.level);
			continue;
		}
		n = MIN(n, (uint64_t)*budget);
		error = copy_table(path.entry[1], to, *va, n, batch);
		if (error)
			return error;
		*va += n * PAGE_SIZE;
		spend(budget, (unsigned)n);
	}
	*va = MIN(*va, end);
	return 0;
}
