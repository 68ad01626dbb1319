/*
 * The way down the user half's tables, and entries filled: what is short enough to be a part of the
 * page fault's way, which each page takes once. The rules are those of umap.h.
 */
#pragma once

#include "lib/upcall.h"
#include "mm/phys.h"
#include "mm/umap.h"

static inline void refuse_kernel_half(uint64_t va)
{
	if (unlikely(va >= KERNEL_HIGHER_HALF_BASE))
		panic("umap refuses the kernel address %p", (void *)va);
}

/* Does this entry of a table of `level` lead to a table below? Only level 2 has large pages. */
static inline bool leads_on(pte_t entry, int level)
{
	if (level == 2)
		return (entry & (PTE_PRESENT | PTE_LARGE)) == PTE_PRESENT;
	return level > 2 && (entry & PTE_PRESENT);
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

/* Has no other space the pages that a used entry maps? */
static inline bool umap_is_exclusive(pte_t entry)
{
	struct page *page = pte_page(entry);

	return entry & PTE_LARGE ? large_is_exclusive(page) : page_refs(page) == 1;
}

static inline void fill(pte_t *entry, pte_t value)
{
	*entry = value;
	table_page(entry)->word++;
}

/* The lowest entry on the way to `va`, empty or not, and its level; for pages 1 at last. */
static inline pte_t *umap_lowest(const struct space *space, uint64_t va, int *level)
{
	refuse_kernel_half(va);
	return find_lowest(space, va, level);
}

/* What umap_make() does from there on: `entry` is the lowest one, of level `at`. */
pte_t *umap_make_below(struct space *space, uint64_t va, pte_t *entry, int at, int *level);

/* Fill an empty entry that umap_make() returned; the frame's reference becomes the mapping's. */
static inline void umap_set(struct space *space, pte_t *entry, pte_t value)
{
	fill(entry, value);
	if (unlikely(value & PTE_LARGE)) {
		space->resident += LARGE_PAGES;
		space->large++;
	} else {
		space->resident++;
	}
}
