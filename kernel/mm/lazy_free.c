#include "mm/lazy_free.h"

#include "mm/umap_tables.h"

#define CHUNK_BUDGET 256 /* pages */

static bool is_marked(pte_t entry)
{
	return (entry & (PTE_PRESENT | PTE_WRITE | PTE_DIRTY)) == (PTE_PRESENT | PTE_WRITE);
}

/* A TLB that knows the page as dirty would not set the bit again: it is flushed. */
void space_free_lazily(struct space *space, uint64_t *va, uint64_t end)
{
	unsigned budget = CHUNK_BUDGET;
	struct tlb_batch batch;
	pte_t *entry;

	space->lazy = true;
	tlb_batch_init(&batch, space);
	while (*va < end && (entry = umap_next(space, *va, end, va, &budget)) != NULL) {
		uint64_t size = umap_size(*entry);

		if (*entry & PTE_WRITE) {
			__atomic_fetch_and(entry, ~PTE_DIRTY, __ATOMIC_RELAXED);
			tlb_batch_page(&batch, *va);
		}
		*va += size;
	}
	tlb_batch_finish(&batch);
}

/* Take the page out unless it was written: a CPU sets the bit in an entry that is present only. */
static uint64_t reclaim(struct space *space, pte_t *entry, uint64_t va, struct tlb_batch *batch)
{
	pte_t old = __atomic_exchange_n(entry, 0, __ATOMIC_ACQ_REL);
	uint64_t pages = umap_size(old) / PAGE_SIZE;

	if (old & PTE_DIRTY) {
		*entry = old;
		return 0;
	}
	table_page(entry)->word--;
	space_unmapped(space, pages);
	if (old & PTE_LARGE) {
		space->large--;
		tlb_batch_free_large(batch, pte_page(old), va);
	} else {
		tlb_batch_free(batch, pte_page(old), va);
	}
	return pages;
}

bool space_reclaim_chunk(struct space *space, uint64_t *cursor, uint64_t *freed)
{
	unsigned budget = CHUNK_BUDGET;
	struct tlb_batch batch;
	pte_t *entry;

	if (!space->lazy)
		return false;
	lock_acquire(&space->lock);
	tlb_batch_init(&batch, space);
	while (*cursor < USER_END &&
	       (entry = umap_next(space, *cursor, USER_END, cursor, &budget)) != NULL) {
		uint64_t size = umap_size(*entry);

		if (is_marked(*entry)) {
			*freed += reclaim(space, entry, *cursor, &batch);
			spend(&budget, 1);
		}
		*cursor += size;
	}
	tlb_batch_finish(&batch);
	if (*cursor >= USER_END)
		space->lazy = false;
	lock_release(&space->lock);
	return *cursor < USER_END;
}
