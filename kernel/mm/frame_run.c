#include "mm/frame_run.h"

#define FOR_MAGAZINE 4 /* fewer than this always go there, more if there is room */

static void free_blocks(struct page *first, uint64_t count)
{
	while (count) {
		pfn_t pfn = page_to_pfn(first);
		unsigned order = 63 - (unsigned)__builtin_clzll(count);

		if (pfn)
			order = MIN(order, (unsigned)__builtin_ctzll(pfn));
		order = MIN(order, (unsigned)FRAMES_MAX_ORDER);
		for (uint64_t i = 1; i < 1UL << order; i++)
			first[i].type = PAGE_TAIL;
		first->order = (uint8_t)order;
		frames_free(first, order);
		first += 1UL << order;
		count -= 1UL << order;
	}
}

static __noinline void free_several(struct page *first, uint64_t count)
{
	if (count < FOR_MAGAZINE) {
		for (uint64_t i = 0; i < count; i++)
			frame_free(first + i);
	} else if (!frames_keep(first, count)) {
		free_blocks(first, count);
	}
}

void frame_run_finish(struct frame_run *run)
{
	struct page *low = run->low;

	if (!low)
		return;
	run->pieces++;
	run->low = NULL;
	if (low == run->high)
		frame_free(low);
	else
		free_several(low, (uint64_t)(run->high - low) + 1);
}

void frame_run_add_other(struct frame_run *run, struct page *page)
{
	if (run->low && page == run->high + 1) {
		run->high = page;
	} else {
		frame_run_finish(run);
		run->low = page;
		run->high = page;
	}
}

unsigned frames_put(struct page *const *frames, unsigned n)
{
	struct frame_run run = FRAME_RUN_EMPTY;

	if (n < FOR_MAGAZINE) {
		for (unsigned i = 0; i < n; i++)
			frame_put(frames[i]);
		return n;
	}
	for (unsigned i = 0; i < n; i++)
		frame_run_put(&run, frames[i]);
	frame_run_finish(&run);
	return run.pieces;
}
