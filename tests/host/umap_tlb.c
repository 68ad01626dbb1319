// cflags: -iquote tests/host/model_ram -iquote tests/host/model_cpu
/* See umap_tlb.h. */
#include "umap_tlb.h"

#include <string.h>

#include "mm/phys.h"
#include "mm/tlb_flush.h"
#include "umap_ram.h"
#include "umap_spaces.h"

bool umap_tlb_deaf, umap_tlb_tables_hidden;
static uint32_t held[FRAMES]; /* entries that a CPU knows and that lead there */

static uint32_t *held_by(pte_t entry)
{
	return &held[paddr_to_pfn(pte_address(entry))];
}

static void learn(pte_t *known, pte_t entry)
{
	*known = entry;
	(*held_by(entry))++;
}

static void forget(pte_t *known)
{
	if (*known)
		(*held_by(*known))--;
	*known = 0;
}

void umap_tlb_reset(void)
{
	memset(held, 0, sizeof(held));
}

/* The first unit that the same entry of `level` serves. */
static unsigned first_served(unsigned unit, int level)
{
	unsigned first = unit;

	while (first &&
	       umap_bases[first - 1] / level_size(level) == umap_bases[unit] / level_size(level))
		first--;
	return first;
}

/* The entry of `level` on the way to `va` in the table at `table`; 0 unless it is present. */
static pte_t entry_in(paddr_t table, uint64_t va, int level)
{
	pte_t entry;

	CHECK(paddr_to_page(table)->type == PAGE_TABLE);
	entry = ((const pte_t *)phys_to_virt(table))[level_index(va, level)];
	return entry & PTE_PRESENT ? entry : 0;
}

/*
 * The entry of level 2 on the way to a page, from the lowest that is known on; 0: there is no way.
 * Pages that the `lazy` CPU knows do no harm: it does not use them.
 */
static pte_t walk_way(pte_t way[PT_LEVELS + 1][UNITS], paddr_t root, unsigned page, bool lazy)
{
	unsigned unit = page / LARGE_PAGES;
	int level = 2;
	pte_t entry;

	while (level <= PT_LEVELS && !way[level][first_served(unit, level)])
		level++;
	entry = level > PT_LEVELS ? root.raw : way[level][first_served(unit, level)];
	while (--level >= 2) {
		entry = entry_in(pte_address(entry), va_of(page), level);
		if (!entry)
			return 0;
		if (lazy && (entry & PTE_LARGE))
			return 0;
		learn(&way[level][first_served(unit, level)], entry);
	}
	return entry;
}

void umap_tlb_walk(struct model_space *m, unsigned page)
{
	pte_t above, entry;

	walk_way(m->tlb.lazy_way, m->space.root, page, true);
	if (m->tlb.page[page])
		return;
	above = walk_way(m->tlb.way, m->space.root, page, false);
	if (!above || (above & PTE_LARGE))
		return;
	entry = entry_in(pte_address(above), va_of(page), 1);
	if (entry)
		learn(&m->tlb.page[page], entry);
}

void umap_tlb_check(const struct model_space *m, unsigned page)
{
	unsigned unit = page / LARGE_PAGES;
	pte_t above = m->tlb.way[2][unit], known = m->tlb.page[page], now = m->pages[page];

	if (above & PTE_LARGE) {
		CHECK(m->large[unit] && !known);
		known = single(above, page % LARGE_PAGES);
	}
	if (!known)
		return;
	CHECK((now & PTE_PRESENT) && pte_address(known).raw == pte_address(now).raw);
	CHECK(!(known & PTE_WRITE) || (now & PTE_WRITE));
	CHECK((known & PTE_NX) || !(now & PTE_NX));
}

static void forget_ways(pte_t way[PT_LEVELS + 1][UNITS], unsigned unit)
{
	for (int level = PT_LEVELS; level >= 2; level--)
		forget(&way[level][first_served(unit, level)]);
}

/* INVLPG drops the page's own translation, and of the ways at least that to it. */
static void invalidate(struct model_space *m, unsigned unit, uint64_t start, uint64_t end)
{
	uint64_t base = umap_bases[unit];
	uint64_t from = MAX(start, base), to = MIN(end, base + LARGE_SIZE);

	if (from >= to)
		return;
	forget_ways(m->tlb.way, unit);
	for (uint64_t va = from; va < to; va += PAGE_SIZE)
		forget(&m->tlb.page[unit * LARGE_PAGES + (va - base) / PAGE_SIZE]);
}

/* In place of the kernel's, where the CPUs are those here. */
void tlb_flush_range(struct space *space, uint64_t start, uint64_t end, bool tables)
{
	struct model_space *m = container_of(space, struct model_space, space);

	if (umap_tlb_deaf)
		return;
	for (unsigned unit = 0; unit < UNITS; unit++) {
		invalidate(m, unit, start, end);
		if (tables && !umap_tlb_tables_hidden)
			forget_ways(m->tlb.lazy_way, unit);
	}
}

void umap_tlb_expel(struct model_space *m)
{
	for (unsigned unit = 0; unit < UNITS; unit++) {
		invalidate(m, unit, 0, UINT64_MAX);
		forget_ways(m->tlb.lazy_way, unit);
	}
}

void umap_tlb_freed(const struct page *page)
{
	CHECK(!held[page_to_pfn(page)]);
}
