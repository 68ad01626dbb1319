#include "mm/buddy.h"

/*
 * A block's address in the free list is its frame number. Only the links of blocks in the middle of
 * a list are kept right: the first block's `prev` is stale, since b->head[] tells that it is first.
 */

/* The parts of a free block's links (mm/page.h); 40 bits are more than any frame number has. */
static inline pfn_t link_next(const struct page *page)
{
	return (pfn_t)page->next_high << 32 | page->next_low;
}

static inline pfn_t link_prev(const struct page *page)
{
	return (pfn_t)page->prev_high << 32 | page->prev_low;
}

static inline void set_link_next(struct page *page, pfn_t pfn)
{
	page->next_low = (uint32_t)pfn;
	page->next_high = (uint8_t)(pfn >> 32);
}

static inline void set_link_prev(struct page *page, pfn_t pfn)
{
	page->prev_low = (uint32_t)pfn;
	page->prev_high = (uint8_t)(pfn >> 32);
}

/*
 * Who freed a block is kept in 32 bits: kernel code lies in the top 2 GiB, so its address is the
 * sign-extended lower half. The record outlives the block's merging into a larger one.
 */
static inline void set_freed_by(struct page *page, uintptr_t caller)
{
	page->refcount = (uint32_t)caller;
}

static inline uintptr_t freed_by(const struct page *page)
{
	return (uintptr_t)(intptr_t)(int32_t)page->refcount;
}

/* Put the block at `pfn` first on the list of its order. */
static inline void push(struct buddy *b, pfn_t pfn, struct page *page, unsigned int order)
{
	pfn_t first = b->head[order];

	page->kind = PAGE_KIND(PAGE_FREE, order);
	set_link_next(page, first);
	if (first)
		set_link_prev(pfn_to_page(first), pfn);
	b->head[order] = pfn;
	b->nonempty |= 1U << order;
}

/* Make `first`, the former second or 0, the first of the list of `order`. */
static inline void set_head(struct buddy *b, unsigned int order, pfn_t first)
{
	b->head[order] = first;
	if (!first)
		b->nonempty &= ~(1U << order);
}

/* Take the block at `pfn` from the list of its order. */
static inline void unlink_block(struct buddy *b, pfn_t pfn, struct page *page, unsigned int order)
{
	pfn_t next = link_next(page);
	pfn_t prev;

	if (b->head[order] == pfn) {
		set_head(b, order, next);
		return;
	}
	prev = link_prev(page);
	set_link_next(pfn_to_page(prev), next);
	if (next)
		set_link_prev(pfn_to_page(next), prev);
}

static inline bool in_range(const struct buddy_range *range, pfn_t pfn)
{
	return pfn - range->start < range->end - range->start;
}

/* The range that holds `pfn`, or NULL. */
static const struct buddy_range *find_range(const struct buddy *b, pfn_t pfn)
{
	uint32_t low = 0;
	uint32_t high = b->n_ranges;

	while (low < high) {
		uint32_t middle = (low + high) / 2;

		if (pfn < b->ranges[middle].start)
			high = middle;
		else if (pfn >= b->ranges[middle].end)
			low = middle + 1;
		else
			return &b->ranges[middle];
	}
	return NULL;
}

/* The same, quickly when it is the one that the last block freed was in. */
static inline const struct buddy_range *find_range_cached(struct buddy *b, pfn_t pfn)
{
	const struct buddy_range *range = &b->ranges[b->recent];

	if (likely(in_range(range, pfn)))
		return range;
	range = find_range(b, pfn);
	if (range)
		b->recent = (uint32_t)(range - b->ranges);
	return range;
}

/*
 * Whether the block at `pfn` of `range`, being free, merges with its buddy. A head in the range
 * means that its whole block is there (see buddy.h).
 */
static inline bool merges(const struct buddy_range *range, pfn_t pfn, unsigned int order)
{
	pfn_t other = pfn ^ (1UL << order);

	return in_range(range, other) && pfn_to_page(other)->kind == PAGE_KIND(PAGE_FREE, order) &&
	       order < BUDDY_MAX_ORDER;
}

/*
 * Enter the block at `pfn` of `range`, merging it with its buddies as far as they go. `caller`
 * becomes the record of the block that results.
 */
static __noinline void merge(struct buddy *b, const struct buddy_range *range, pfn_t pfn,
			     unsigned int order, uintptr_t caller)
{
	struct page *page;

	for (; merges(range, pfn, order); order++) {
		pfn_t other = pfn ^ (1UL << order);

		page = pfn_to_page(other);
		unlink_block(b, other, page, order);
		page->type = PAGE_TAIL;
		pfn &= other;
	}
	page = pfn_to_page(pfn);
	set_freed_by(page, caller);
	push(b, pfn, page, order);
}

void buddy_init(struct buddy *b, const char *name)
{
	*b = (struct buddy){.name = name};
}

/*
 * Free all of the block at `pfn`, of order `from` and on no list, but its first 2^to frames. The
 * lists of the orders between are empty: else a smaller block had been taken.
 */
static __noinline void split(struct buddy *b, pfn_t pfn, unsigned int from, unsigned int to)
{
	unsigned int order;

	for (order = to; order < from; order++) {
		pfn_t half = pfn + (1UL << order);
		struct page *page = pfn_to_page(half);

		page->kind = PAGE_KIND(PAGE_FREE, order);
		set_link_next(page, 0);
		b->head[order] = half;
	}
	b->nonempty |= (1U << from) - (1U << to);
}

struct page *buddy_alloc(struct buddy *b, unsigned int order, uintptr_t caller)
{
	uint32_t large_enough = b->nonempty >> (order & 31);
	struct page *page;
	unsigned int from;
	pfn_t pfn;

	if (unlikely(order > BUDDY_MAX_ORDER || !large_enough))
		return NULL;
	from = order + (unsigned int)__builtin_ctz(large_enough);
	pfn = b->head[from];
	page = pfn_to_page(pfn);
	set_head(b, from, link_next(page));
	if (from != order)
		split(b, pfn, from, order);
	b->free_frames -= 1UL << order;
	page->refcount = 1;
	page->kind = PAGE_KIND(PAGE_KERNEL, order);
	page->flags = 0;
	page->word = caller;
	return page;
}

/* The head of the free block that holds `pfn`, or NULL. */
static const struct page *covering_free_block(const struct buddy_range *range, pfn_t pfn)
{
	unsigned int order;

	for (order = 0; order <= BUDDY_MAX_ORDER; order++) {
		pfn_t head = ALIGN_DOWN(pfn, 1UL << order);
		const struct page *page = pfn_to_page(head);

		if (in_range(range, head) && page->type == PAGE_FREE && page->order >= order)
			return page;
	}
	return NULL;
}

/* Say what is wrong with a free that must not be done. */
static __noreturn __noinline void bad_free(const struct buddy *b, const struct page *page,
					   unsigned int order, uintptr_t caller)
{
	pfn_t pfn = page_to_pfn(page);
	const struct buddy_range *range = find_range(b, pfn);
	const struct page *head;

	if (!range)
		panic("buddy: zone %s: foreign frame 0x%lx freed by 0x%lx", b->name,
		      (unsigned long)pfn, (unsigned long)caller);
	head = covering_free_block(range, pfn);
	if (head)
		panic("buddy: zone %s: double free of frame 0x%lx, order %u, by 0x%lx; freed "
		      "before by 0x%lx, its block of order %u by 0x%lx",
		      b->name, (unsigned long)pfn, order, (unsigned long)caller,
		      (unsigned long)freed_by(page), head->order, (unsigned long)freed_by(head));
	if (page->type == PAGE_TAIL)
		panic("buddy: zone %s: frame 0x%lx, freed by 0x%lx, is not the head of a block",
		      b->name, (unsigned long)pfn, (unsigned long)caller);
	panic("buddy: zone %s: wrong order %u of frame 0x%lx freed by 0x%lx; it is of order %u, "
	      "type %u, owner 0x%lx",
	      b->name, order, (unsigned long)pfn, (unsigned long)caller, page->order, page->type,
	      (unsigned long)page->word);
}

void buddy_free(struct buddy *b, struct page *page, unsigned int order, uintptr_t caller)
{
	pfn_t pfn = page_to_pfn(page);
	const struct buddy_range *range = find_range_cached(b, pfn);

	if (unlikely(!range || page->type < PAGE_KERNEL || page->order != order))
		bad_free(b, page, order, caller);
	b->free_frames += 1UL << order;
	set_freed_by(page, caller);
	if (!merges(range, pfn, order)) {
		push(b, pfn, page, order);
		return;
	}
	page->type = PAGE_TAIL;
	merge(b, range, pfn, order, caller);
}

/* Index of the first range that ends above `pfn`. */
static uint32_t range_after(const struct buddy *b, pfn_t pfn)
{
	uint32_t i = 0;

	while (i < b->n_ranges && b->ranges[i].end <= pfn)
		i++;
	return i;
}

/* Replace `count` ranges from index `at` on by one. */
static void replace_ranges(struct buddy *b, uint32_t at, uint32_t count, struct buddy_range by)
{
	uint32_t i;

	if (count == 0) {
		for (i = b->n_ranges; i > at; i--)
			b->ranges[i] = b->ranges[i - 1];
	}
	for (i = at + 1; count > 1 && i + count - 1 < b->n_ranges; i++)
		b->ranges[i] = b->ranges[i + count - 1];
	b->n_ranges = b->n_ranges + 1 - count;
	b->ranges[at] = by;
	b->recent = at;
}

/* Enter [start, end) into the ranges. The index of the range it is now part of, or -1: no room. */
static int add_range(struct buddy *b, pfn_t start, pfn_t end)
{
	struct buddy_range range = {start, end};
	uint32_t at = range_after(b, start);
	uint32_t count = 0;

	if (at < b->n_ranges && b->ranges[at].start < end)
		panic("buddy: zone %s has frames of 0x%lx..0x%lx already", b->name,
		      (unsigned long)start, (unsigned long)end);
	if (at < b->n_ranges && b->ranges[at].start == end) {
		range.end = b->ranges[at].end;
		count++;
	}
	if (at > 0 && b->ranges[at - 1].end == start) {
		at--;
		range.start = b->ranges[at].start;
		count++;
	}
	if (count == 0 && b->n_ranges == BUDDY_RANGES)
		return -1;
	replace_ranges(b, at, count, range);
	return (int)at;
}

/* The order of the largest block that may begin at `pfn` and ends at or below `end`. */
static unsigned int seed_order(pfn_t pfn, pfn_t end)
{
	unsigned int aligned = (unsigned int)__builtin_ctzll(pfn);
	unsigned int fits = 63U - (unsigned int)__builtin_clzll(end - pfn);

	unsigned int order = MIN(aligned, fits);

	return MIN(order, (unsigned int)BUDDY_MAX_ORDER);
}

bool buddy_add(struct buddy *b, pfn_t start, pfn_t end)
{
	int at;

	if (start == 0 || start >= end)
		panic("buddy: zone %s: bad frames 0x%lx..0x%lx", b->name, (unsigned long)start,
		      (unsigned long)end);
	at = add_range(b, start, end);
	if (at < 0)
		return false;
	b->frames += end - start;
	b->free_frames += end - start;
	while (start < end) {
		unsigned int order = seed_order(start, end);

		merge(b, &b->ranges[at], start, order, 0);
		start += 1UL << order;
	}
	return true;
}

bool buddy_contains(const struct buddy *b, pfn_t pfn)
{
	return find_range(b, pfn) != NULL;
}

int buddy_largest(const struct buddy *b)
{
	return b->nonempty ? 31 - __builtin_clz(b->nonempty) : -1;
}

pfn_t buddy_next_free(const struct buddy *b, unsigned int order, pfn_t after)
{
	return after ? link_next(pfn_to_page(after)) : b->head[order];
}
