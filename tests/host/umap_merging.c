// cflags: -iquote tests/host/model_ram -iquote tests/host/model_cpu
#include "umap_merging.h"

#include "mm/umap_walk.h"

static uint64_t merges;

/* Are the unit's pages, alone, what a large page there would be split into? */
static bool is_block(const struct model_space *m, unsigned unit)
{
	const pte_t *pages = m->pages + (size_t)unit * LARGE_PAGES;

	if (!(pages[0] & PTE_PRESENT) || !IS_ALIGNED(pte_frame(pages[0]).raw, LARGE_SIZE))
		return false;
	for (unsigned i = 0; i < LARGE_PAGES; i++) {
		if (pages[i] != single(pages[0] | PTE_LARGE, i) ||
		    page_refs(paddr_to_page(pte_frame(pages[i]))) != 1)
			return false;
	}
	return true;
}

void umap_merging_step(struct model_space *m, unsigned unit)
{
	bool expected = m->large[unit] || is_block(m, unit);

	merges += expected && !m->large[unit];
	CHECK(umap_merge(&m->space, umap_bases[unit] + 5 * PAGE_SIZE) == expected);
	m->large[unit] = expected;
}

void umap_merging_protect(struct model_space *m, unsigned unit, bool write)
{
	const unsigned first = unit * LARGE_PAGES;
	struct tlb_batch batch;

	tlb_batch_init(&batch, &m->space);
	for (unsigned i = 0; i < LARGE_PAGES && !m->large[unit]; i++) {
		pte_t *entry = umap_find(&m->space, va_of(first + i));

		if (!entry || !(*entry & PTE_PRESENT))
			continue;
		*entry = (*entry & ~(PTE_WRITE | PTE_NX)) | (write ? PTE_WRITE : 0);
		m->pages[first + i] = *entry;
		tlb_batch_page(&batch, va_of(first + i));
	}
	tlb_batch_finish(&batch);
}

uint64_t umap_model_merges(void)
{
	return merges;
}
