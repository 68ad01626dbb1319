/* What the files of the mapper's model share: the pages of a few spaces, and what is known of them.
 */
#pragma once

#include <stdio.h>
#include <stdlib.h>

#include "umap_model.h"
#include "umap_tlb.h"

#define UNITS UMAP_UNITS
#define PAGES UMAP_PAGES

/* What the model knows of a page: its entry, as one for a single page, or 0. */
struct model_space {
	struct space space;
	pte_t pages[PAGES];
	bool large[UNITS]; /* mapped by one entry */
	struct umap_tlb tlb;
};

extern struct model_space umap_spaces[UMAP_SPACES];

/* Places for a large page: neighbours, and on both sides of where tables of levels 2 and 3 end. */
static const uint64_t umap_bases[UNITS] = {
	LARGE_SIZE, 2 * LARGE_SIZE, GIB(1) - LARGE_SIZE, GIB(1), GIB(512) - LARGE_SIZE, GIB(512),
};

#define CHECK(cond)                                                                        \
	do {                                                                               \
		if (!(cond)) {                                                             \
			fprintf(stderr, "%s:%d: not so: %s\n", __func__, __LINE__, #cond); \
			abort();                                                           \
		}                                                                          \
	} while (0)

static inline uint64_t va_of(unsigned page)
{
	return umap_bases[page / LARGE_PAGES] + page % LARGE_PAGES * PAGE_SIZE;
}

/* The model's entry for page `i` of a large page with this entry. */
static inline pte_t single(pte_t large, unsigned i)
{
	pte_t entry = (large & ~(PTE_ADDRESS | PTE_LARGE)) | (pte_frame(large).raw + i * PAGE_SIZE);

	return large & PTE_PRESENT ? entry : entry ^ PTE_ADDRESS;
}
