/*
 * Batches of changes to a space's page tables: what was taken out is collected, flushed from the
 * TLBs at once, and freed when no CPU can reach it any more.
 */
#pragma once

#include "mm/frames.h"
#include "mm/large.h"
#include "mm/space.h"

#define TLB_BATCH_FRAMES 64
#define TLB_BATCH_LARGE	 8

/*
 * Frames taken out of a space, to be freed when no TLB can reach them any more. `range` grows with
 * each page; tlb_batch_finish() flushes it and frees them. Lives on the stack of its user, who
 * holds the space's lock until it is finished.
 */
struct tlb_batch {
	struct space *space;
	bool live;	     /* some CPU may hold the space in its TLB */
	bool tables;	     /* page tables are among the frames */
	uint64_t start, end; /* empty while start >= end */
	unsigned count;
	unsigned large_count;
	unsigned pieces; /* into which the frames freed so far fell: a measure of the work */
	struct page *frames[TLB_BATCH_FRAMES];
	struct page *large[TLB_BATCH_LARGE]; /* heads of blocks */
};

/* Start an empty batch of changes to `space`. */
void tlb_batch_init(struct tlb_batch *batch, struct space *space);

/* For a space that no CPU has loaded nor will load again: nothing is flushed, frames go at once. */
void tlb_batch_init_dead(struct tlb_batch *batch, struct space *space);

/* The entry for the page at `va` was changed or cleared. */
static inline void tlb_batch_page(struct tlb_batch *batch, uint64_t va)
{
	if (va < batch->start)
		batch->start = va;
	if (va >= batch->end)
		batch->end = va + PAGE_SIZE;
}

/* Flush, and free what was put off. The batch is empty again. */
void tlb_batch_finish(struct tlb_batch *batch);

/*
 * `page`, which the entry for `va` no longer maps, is to lose one reference, and be freed with the
 * last. May flush.
 */
static inline void tlb_batch_free(struct tlb_batch *batch, struct page *page, uint64_t va)
{
	if (batch->live) {
		tlb_batch_page(batch, va);
		batch->frames[batch->count++] = page;
		if (batch->count == TLB_BATCH_FRAMES)
			tlb_batch_finish(batch);
	} else {
		frame_put(page);
	}
}

/* The same for a page table, on the way to `va`. */
static inline void tlb_batch_free_table(struct tlb_batch *batch, struct page *table, uint64_t va)
{
	batch->tables = true;
	tlb_batch_free(batch, table, va);
}

/* The same for the block behind a large page, which loses a whole mapping. May flush. */
void tlb_batch_free_large(struct tlb_batch *batch, struct page *head, uint64_t va);
