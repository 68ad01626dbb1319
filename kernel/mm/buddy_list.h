/*
 * The free lists of a zone, and the two calls on it where they need no more than a list: short
 * enough to be in line. For buddy.c and for frames.c.
 *
 * Only the links of blocks inside a list are kept right: the first block's `prev` is stale, since
 * b->head[] tells that it is the first.
 */
#pragma once

#include "mm/buddy.h"

static inline pfn_t pfn_of_link(uint32_t low, uint8_t high)
{
	return (pfn_t)high << 32 | low;
}

static inline struct page *page_of_link(uint32_t low, uint8_t high)
{
	pfn_t pfn = pfn_of_link(low, high);

	return pfn ? pfn_to_page(pfn) : NULL;
}

/* A free block's neighbours in its list (mm/page.h); NULL behind the last. */
static inline struct page *link_next(const struct page *page)
{
	return page_of_link(page->next_low, page->next_high);
}

static inline struct page *link_prev(const struct page *page)
{
	return page_of_link(page->prev_low, page->prev_high);
}

static inline void set_link_next(struct page *page, const struct page *next)
{
	pfn_t pfn = next ? page_to_pfn(next) : 0;

	page->next_low = (uint32_t)pfn;
	page->next_high = (uint8_t)(pfn >> 32);
}

static inline void set_link_prev(struct page *page, const struct page *prev)
{
	pfn_t pfn = page_to_pfn(prev);

	page->prev_low = (uint32_t)pfn;
	page->prev_high = (uint8_t)(pfn >> 32);
}

/*
 * Who freed a block is kept in 32 bits: kernel code lies in the top 2 GiB, so its address is the
 * sign-extended lower half. The record outlives the block's merging into a larger one.
 */
static inline void set_freed_by(struct page *page, uintptr_t caller)
{
	page->more_refs = (int32_t)caller;
}

static inline uintptr_t freed_by(const struct page *page)
{
	return (uintptr_t)(intptr_t)page->more_refs;
}

/* Put the block `page`, whose `order` says so, first on the list of that order. */
static inline void push(struct buddy *b, struct page *page, unsigned int order)
{
	struct page *first = b->head[order];

	page->type = PAGE_FREE;
	set_link_next(page, first);
	if (first)
		set_link_prev(first, page);
	b->head[order] = page;
	b->nonempty |= 1U << order;
}

/* Take the first block from the list of `order`. */
static inline struct page *pop(struct buddy *b, unsigned int order)
{
	struct page *page = b->head[order];
	pfn_t next = pfn_of_link(page->next_low, page->next_high);

	if (next) {
		b->head[order] = pfn_to_page(next);
	} else {
		b->head[order] = NULL;
		b->nonempty &= ~(1U << order);
	}
	return page;
}

/* Whether the frame of `page` lies in the range that the last block freed was in. */
static inline bool in_recent(const struct buddy *b, const struct page *page)
{
	return (uintptr_t)page - b->recent < b->recent_size;
}

/* The bytes of the entries of a block. */
static inline uintptr_t entries_size(unsigned int order)
{
	return sizeof(struct page) << order;
}

/* The head of the other half of what would be the next larger block. */
static inline struct page *buddy_of(const struct page *page, uintptr_t size)
{
	/* Frame 0's entry is aligned to more than the entries of the largest block. */
	return (struct page *)((uintptr_t)page ^ size);
}

/*
 * Whether `page`, the buddy of a block in the recent range, is a free block of `order`. Its entry
 * may be read only in that range, where each free buddy is, as ranges that touch are one; and a
 * head there means that its whole block is. That of a block in use may be changing: its owner needs
 * no lock for that. Neither what it was nor what it will be is a free block.
 */
static inline __racy bool is_free(const struct buddy *b, const struct page *page,
				  unsigned int order)
{
	return in_recent(b, page) && page->type == PAGE_FREE && page->order == order;
}

/* Take the first block of order `from`; its first 2^order frames are in use from now on. */
static inline struct page *buddy_take_from(struct buddy *b, unsigned int from, unsigned int order,
					   enum page_type type, uintptr_t caller)
{
	struct page *page = pop(b, from);

	b->free_frames -= 1UL << order;
	*page = (struct page){.kind = PAGE_KIND(type, order), .word = caller};
	return page;
}

/* buddy_alloc() where there is a block of just that order, for `type`; else NULL. */
static inline struct page *buddy_take(struct buddy *b, unsigned int order, enum page_type type,
				      uintptr_t caller)
{
	if (unlikely(!b->head[order]))
		return NULL;
	return buddy_take_from(b, order, order, type, caller);
}

/* Is `page` the head of a block of `order` that is in use? */
static inline bool is_used(const struct page *page, unsigned int order)
{
	return page_is_used(page) && page->order == order;
}

/*
 * buddy_free() of a block that merges with no other, in the range of the last; else false, and
 * nothing done.
 */
static inline __must_check bool buddy_give(struct buddy *b, struct page *page, unsigned int order,
					   uintptr_t caller)
{
	if (unlikely(!in_recent(b, page) || !is_used(page, order)))
		return false;
	if (order < BUDDY_MAX_ORDER && is_free(b, buddy_of(page, entries_size(order)), order))
		return false;
	b->free_frames += 1UL << order;
	set_freed_by(page, caller);
	push(b, page, order);
	return true;
}
