#include "mm/frame_scan.h"

#define HEADS_A_CALL 1000

/* Count the block, or the single frame, at `pfn`; where the next one begins. */
static pfn_t count_block(struct frame_scan *scan, pfn_t pfn)
{
	struct page page = {.kind = __atomic_load_n(&pfn_to_page(pfn)->kind, __ATOMIC_RELAXED)};
	uint64_t size = 1;

	/* The order of others than heads means nothing. */
	if (page.type >= PAGE_TYPES || page.type == PAGE_OFFLINE)
		return pfn + 1;
	if (page.order <= BUDDY_MAX_ORDER)
		size <<= page.order;
	scan->frames[page.type] += size;
	if (page.type == PAGE_FREE && page.order <= BUDDY_MAX_ORDER)
		scan->free_blocks[scan->zone][page.order]++;
	return pfn + size;
}

bool frame_scan_some(struct frame_scan *scan)
{
	struct buddy_range range;

	if (!frames_next_range(scan->zone, scan->at, &range)) {
		scan->at = 0;
		return ++scan->zone < ZONES_MAX;
	}
	scan->at = MAX(scan->at, range.start);
	for (int heads = 0; heads < HEADS_A_CALL && scan->at < range.end; heads++)
		scan->at = count_block(scan, scan->at);
	return true;
}
