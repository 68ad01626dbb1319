#include "mm/umap_move.h"

#include "abi/errno.h"
#include "mm/tlb_flush.h"
#include "mm/umap_tables.h"

#define TABLE_COST 16 /* what making a table, */
#define SPLIT_COST 64 /* and splitting a large page, count for in pages; */
#define MOVE_COST  1  /* what moving a page does, beside the look at its entry */

/* One table is made for all pages that go to it. */
int umap_move_prepare(struct space *space, uint64_t *va, uint64_t end, uint64_t offset,
		      unsigned *budget)
{
	pte_t *entry;

	while (*va < end && (entry = umap_next(space, *va, end, va, budget)) != NULL) {
		int level = 1;

		if (*entry & PTE_LARGE) {
			if (umap_split(space, *va))
				return -ENOMEM;
			spend(budget, SPLIT_COST);
		}
		if (!umap_make(space, *va + offset, &level))
			return -ENOMEM;
		spend(budget, TABLE_COST);
		*va = MIN(end, entry_end(*va + offset, 2) - offset);
	}
	return 0;
}

/* The tables that the pages have left are freed. */
static void free_left(struct space *space, uint64_t start, uint64_t end, struct tlb_batch *batch)
{
	unsigned budget = UINT32_MAX; /* as many as were looked at before */

	if (start < end)
		umap_clear(space, &start, end, &budget, batch);
}

void umap_move(struct space *space, uint64_t *va, uint64_t end, uint64_t offset, unsigned *budget)
{
	uint64_t start = *va;
	struct tlb_batch batch;
	pte_t *entry;

	tlb_batch_init(&batch, space);
	while (*va < end && (entry = umap_next(space, *va, end, va, budget)) != NULL) {
		int level = 1;
		pte_t *target = umap_make(space, *va + offset, &level);

		if (unlikely(!target || *target || (*entry & PTE_LARGE)))
			panic("the move of a page from %p was not prepared", (void *)*va);
		/* Another CPU may make it dirty until it is gone from here. */
		fill(target, __atomic_exchange_n(entry, 0, __ATOMIC_ACQ_REL));
		table_page(entry)->word--;
		tlb_batch_page(&batch, *va);
		spend(budget, MOVE_COST);
		*va += PAGE_SIZE;
	}
	free_left(space, start, *va, &batch);
	tlb_batch_finish(&batch);
}
