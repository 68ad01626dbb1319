#include "mm/tlb.h"

#include "mm/frame_run.h"
#include "mm/tlb_flush.h"

static void batch_clear(struct tlb_batch *batch)
{
	batch->start = UINT64_MAX;
	batch->end = 0;
	batch->count = 0;
	batch->tables = false;
	batch->large_count = 0;
}

void tlb_batch_init(struct tlb_batch *batch, struct space *space)
{
	batch->space = space;
	batch->live = true;
	batch->pieces = 0;
	batch_clear(batch);
}

void tlb_batch_init_dead(struct tlb_batch *batch, struct space *space)
{
	tlb_batch_init(batch, space);
	batch->live = false;
}

void tlb_batch_free_large(struct tlb_batch *batch, struct page *head, uint64_t va)
{
	if (!batch->live) {
		large_put(head);
		return;
	}
	/* One INVLPG drops the translation of the whole (SDM 3A 4.10.4.1). */
	tlb_batch_page(batch, va);
	batch->large[batch->large_count++] = head;
	if (batch->large_count == TLB_BATCH_LARGE)
		tlb_batch_finish(batch);
}

void tlb_batch_finish(struct tlb_batch *batch)
{
	if (batch->live && batch->start < batch->end)
		tlb_flush_range(batch->space, batch->start, batch->end, batch->tables);
	if (batch->count)
		batch->pieces += frames_put(batch->frames, batch->count);
	for (unsigned i = 0; i < batch->large_count; i++)
		large_put(batch->large[i]);
	batch_clear(batch);
}
