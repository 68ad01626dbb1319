/*
 * TLB flushes of user addresses, here and on the CPUs where the space is live. The order of steps
 * on both sides is what makes it right (docs/memory-map.md):
 *
 *	initiator				switcher (space_switch)
 *	1. changes the entry			1. sets its bit in space->live
 *	2. generation + 1, full barrier		2. full barrier
 *	3. reads space->live, asks those	3. loads CR3, which flushes
 *
 * Either the initiator sees the bit, or the switcher's new TLB is filled from the changed entry.
 */
#pragma once

#include "mm/frames.h"
#include "mm/space.h"

#define TLB_BATCH_FRAMES 64
#define TLB_FLUSH_ALL	 33 /* pages above which everything is flushed */

/*
 * Frames taken out of a space, to be freed when no TLB can reach them any more. `range` grows with
 * each page; tlb_batch_finish() flushes it and frees them. Lives on the stack of its user, who
 * holds the space's lock until it is finished.
 */
struct tlb_batch {
	struct space *space;
	bool live;	     /* some CPU may hold the space in its TLB */
	uint64_t start, end; /* empty while start >= end */
	unsigned count;
	struct page *frames[TLB_BATCH_FRAMES];
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

/*
 * `page`, which the entry for `va` no longer maps, is to lose one reference, and be freed with the
 * last. May flush.
 */
void tlb_batch_defer(struct tlb_batch *batch, struct page *page);

static inline void tlb_batch_free(struct tlb_batch *batch, struct page *page, uint64_t va)
{
	if (batch->live) {
		tlb_batch_page(batch, va);
		tlb_batch_defer(batch, page);
	} else {
		frame_put(page);
	}
}

/* Flush, and free what was put off. The batch is empty again. */
void tlb_batch_finish(struct tlb_batch *batch);

/* Flush user pages [start, end) of `space` everywhere and wait until that is done. */
void tlb_flush_range(struct space *space, uint64_t start, uint64_t end);

/* Serve the requests of other CPUs. From the flush interrupt and from every spin (smp_poll). */
void tlb_serve(void);

/* Sends VECTOR_TLB to a CPU; registered at boot when there are several. */
extern void (*tlb_send_ipi)(uint32_t cpu_id);
