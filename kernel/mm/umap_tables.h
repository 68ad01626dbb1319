/*
 * What the files of the user half's mapper share: ways down the tables, and how entries are filled,
 * emptied and read. Only umap*.c include it.
 */
#pragma once

#include "lib/upcall.h"
#include "mm/frames.h"
#include "mm/phys.h"
#include "mm/umap.h"

#define TABLE_FLAGS (PTE_PRESENT | PTE_WRITE | PTE_USER | PTE_ACCESSED)

#define EMPTY_PER_UNIT 32 /* empty entries that cost as much to pass as one page */

/* A position in the tables: the entries on the way to an address, as far down as tables exist. */
struct path {
	pte_t *entry[PT_LEVELS + 1];
	int level; /* of the lowest entry */
};

static inline void refuse_kernel_half(uint64_t va)
{
	if (unlikely(va >= KERNEL_HIGHER_HALF_BASE))
		panic("umap refuses the kernel address %p", (void *)va);
}

/* The way to `va`. Panics on an address of the kernel half. */
void path_find(const struct space *space, uint64_t va, struct path *path);

/*
 * Clear the entries that point to tables without entries, from the lowest level of `path`, the way
 * to `va`, up. CPUs cache the way as well: a flush of the page drops that too (SDM 3A 4.10.4.1).
 */
void path_free_empty(struct space *space, const struct path *path, uint64_t va,
		     struct tlb_batch *batch);

/* Free the tables on the way to `va` that hold nothing: a way that was only half made. */
void umap_drop_empty(struct space *space, uint64_t va);

/* The entry of a used large page that the way ends at, or NULL. */
static inline pte_t *path_large(const struct path *path)
{
	return path->level == 2 && *path->entry[2] ? path->entry[2] : NULL;
}

/* Does this entry of a table of `level` lead to a table below? */
static inline bool leads_on(pte_t entry, int level)
{
	return level > 1 && (entry & (PTE_PRESENT | PTE_LARGE)) == PTE_PRESENT;
}

/* The entry for `va` in the table of `level` that `above` leads to. */
static inline pte_t *entry_below(pte_t above, uint64_t va, int level)
{
	return (pte_t *)phys_to_virt(pte_address(above)) + level_index(va, level);
}

/*
 * The lowest entry on the way to `va`, as far down as tables exist, and its level. Written out,
 * as every fault goes this way.
 */
static inline pte_t *find_lowest(const struct space *space, uint64_t va, int *level)
{
	pte_t *entry = entry_below(space->root.raw, va, 4);

	*level = 4;
	if (!leads_on(*entry, 4))
		return entry;
	entry = entry_below(*entry, va, 3);
	*level = 3;
	if (!leads_on(*entry, 3))
		return entry;
	entry = entry_below(*entry, va, 2);
	*level = 2;
	if (!leads_on(*entry, 2))
		return entry;
	*level = 1;
	return entry_below(*entry, va, 1);
}

/* The frame of the table that holds the entry. */
static inline struct page *table_page(const pte_t *entry)
{
	return paddr_to_page(direct_map_to_phys(entry));
}

static inline void fill(pte_t *entry, pte_t value)
{
	*entry = value;
	table_page(entry)->word++;
}

static inline void clear_entry(pte_t *entry)
{
	*entry = 0;
	table_page(entry)->word--;
}

/* The frame at an entry's address: as paddr_to_page(), in one shift, for the longest loops. */
static inline struct page *page_at(uint64_t address)
{
	_Static_assert(PAGE_SIZE / sizeof(struct page) == 256, "the shift below");
	return (struct page *)((uintptr_t)frame_table + ((address & PTE_ADDRESS) >> 8));
}

/* The frame that an entry keeps, of a large page the head; or NULL. Nearly all are present. */
static inline struct page *pte_page(pte_t pte)
{
	if (likely(pte & PTE_PRESENT))
		return page_at(pte);
	return pte ? page_at(~pte) : NULL;
}

/* Where what one entry of `level` covers, around `va`, ends. */
static inline uint64_t entry_end(uint64_t va, int level)
{
	return ALIGN_DOWN(va, level_size(level)) + level_size(level);
}

static inline void spend(unsigned *budget, unsigned units)
{
	*budget -= MIN(*budget, units);
}
