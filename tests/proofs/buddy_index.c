/*
 * The allocator's arithmetic as functions of numbers, for buddy_index.py: everything here is
 * computed by kernel/mm/buddy.c and mm/page.h, of which this is a part.
 */
#include "mm/buddy.c"

uint64_t address(uint64_t pfn);
uint64_t address(uint64_t pfn)
{
	return (uintptr_t)pfn_to_page(pfn);
}

uint64_t number(uint64_t pfn);
uint64_t number(uint64_t pfn)
{
	return page_to_pfn(pfn_to_page(pfn));
}

uint64_t buddy(uint64_t pfn, uint32_t order);
uint64_t buddy(uint64_t pfn, uint32_t order)
{
	return page_to_pfn(buddy_of(pfn_to_page(pfn), entries_size(order)));
}

uint64_t parent(uint64_t pfn, uint32_t order);
uint64_t parent(uint64_t pfn, uint32_t order)
{
	struct page *page = pfn_to_page(pfn);

	return page_to_pfn(merged(page, buddy_of(page, entries_size(order))));
}

uint64_t upper(uint64_t pfn, uint32_t order);
uint64_t upper(uint64_t pfn, uint32_t order)
{
	return page_to_pfn(upper_half(pfn_to_page(pfn), entries_size(order)));
}

uint64_t start(uint64_t pfn, uint32_t order);
uint64_t start(uint64_t pfn, uint32_t order)
{
	return block_start(pfn, order);
}

uint32_t seed(uint64_t pfn, uint64_t end);
uint32_t seed(uint64_t pfn, uint64_t end)
{
	return seed_order(pfn, end);
}

/* What a link of a free block says when it was set to `pfn`. */
uint64_t next(uint64_t pfn);
uint64_t next(uint64_t pfn)
{
	struct page page;

	set_link_next(&page, pfn_to_page(pfn));
	return page_to_pfn(link_next(&page));
}

uint64_t prev(uint64_t pfn);
uint64_t prev(uint64_t pfn)
{
	struct page page;

	set_link_prev(&page, pfn_to_page(pfn));
	return page_to_pfn(link_prev(&page));
}

uint64_t blamed(uint64_t caller);
uint64_t blamed(uint64_t caller)
{
	struct page page;

	set_freed_by(&page, caller);
	return freed_by(&page);
}

/* Whether a frame is in the recent range when that is [from, to). */
uint64_t recent(uint64_t pfn, uint64_t from, uint64_t to);
uint64_t recent(uint64_t pfn, uint64_t from, uint64_t to)
{
	struct buddy_range range = {from, to};
	struct buddy zone;

	set_recent(&zone, &range);
	return in_recent(&zone, pfn_to_page(pfn));
}
