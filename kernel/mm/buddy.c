#include "mm/buddy_list.h"

/* Take `page`, which is not the first, from its list. */
static __noinline void unlink_inner(struct page *page)
{
	struct page *next = link_next(page);
	struct page *prev = link_prev(page);

	set_link_next(prev, next);
	if (next)
		set_link_prev(next, prev);
}

/* Make that range `range`. */
static void set_recent(struct buddy *b, const struct buddy_range *range)
{
	b->recent = (uintptr_t)pfn_to_page(range->start);
	b->recent_size = (range->end - range->start) * sizeof(struct page);
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

/* The head of the block that two buddies make; and of the upper of the two halves of a block. */
static inline struct page *merged(struct page *page, struct page *other)
{
	return MIN(page, other);
}

static inline struct page *upper_half(struct page *page, uintptr_t half_size)
{
	return (struct page *)((uintptr_t)page + half_size);
}

/* The first frame of the block of `order` that holds `pfn`. */
static inline pfn_t block_start(pfn_t pfn, unsigned int order)
{
	return ALIGN_DOWN(pfn, 1UL << order);
}

/*
 * Enter the block `page` of the recent range, merging it with its buddies as far as they go.
 * `caller` becomes the record of the block that results.
 */
static __noinline void merge(struct buddy *b, struct page *page, unsigned int order,
			     uintptr_t caller)
{
	uintptr_t size = entries_size(order);

	for (; order < BUDDY_MAX_ORDER; order++, size *= 2) {
		struct page *other = buddy_of(page, size);

		if (b->head[order] == other)
			(void)pop(b, order);
		else if (is_free(b, other, order))
			unlink_inner(other);
		else
			break;
		other->type = PAGE_TAIL;
		page = merged(page, other);
	}
	set_freed_by(page, caller);
	page->order = (uint8_t)order;
	push(b, page, order);
}

void buddy_init(struct buddy *b, const char *name)
{
	*b = (struct buddy){.name = name};
}

/*
 * Free all of the block `page`, of order `from` and on no list, but its first 2^to frames, and
 * return it. The lists of the orders between are empty: else a smaller block had been taken.
 */
static __noinline struct page *split(struct buddy *b, struct page *page, unsigned int from,
				     unsigned int to)
{
	uintptr_t size = entries_size(to);

	b->nonempty |= (1U << from) - (1U << to);
	for (; to < from; to++, size *= 2) {
		struct page *half = upper_half(page, size);

		half->type = PAGE_FREE;
		half->order = (uint8_t)to;
		set_link_next(half, NULL);
		b->head[to] = half;
	}
	return page;
}

struct page *buddy_alloc(struct buddy *b, unsigned int order, uintptr_t caller)
{
	uint32_t large_enough = b->nonempty >> (order & 31);
	struct page *page;
	unsigned int from;

	if (unlikely(order > BUDDY_MAX_ORDER || !large_enough))
		return NULL;
	from = order + (unsigned int)__builtin_ctz(large_enough);
	page = buddy_take_from(b, from, order, PAGE_KERNEL, caller);
	return from == order ? page : split(b, page, from, order);
}

/* The head of the free block that holds `pfn`, or NULL. */
static const struct page *covering_free_block(const struct buddy_range *range, pfn_t pfn)
{
	unsigned int order;

	for (order = 0; order <= BUDDY_MAX_ORDER; order++) {
		pfn_t head = block_start(pfn, order);
		const struct page *page = pfn_to_page(head);

		if (head >= range->start && page->type == PAGE_FREE && page->order >= order)
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
	if (unlikely(!in_recent(b, page))) {
		const struct buddy_range *range = find_range(b, page_to_pfn(page));

		if (!range)
			bad_free(b, page, order, caller);
		set_recent(b, range);
	}
	if (unlikely(!is_used(page, order)))
		bad_free(b, page, order, caller);
	b->free_frames += 1UL << order;
	page->type = PAGE_TAIL;
	merge(b, page, order, caller);
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
	set_recent(b, &b->ranges[at]);
}

/* Enter [start, end) into the ranges; the one it is part of becomes recent. False: no room. */
static bool add_range(struct buddy *b, pfn_t start, pfn_t end)
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
		return false;
	replace_ranges(b, at, count, range);
	return true;
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
	if (start == 0 || start >= end)
		panic("buddy: zone %s: bad frames 0x%lx..0x%lx", b->name, (unsigned long)start,
		      (unsigned long)end);
	if (!add_range(b, start, end))
		return false;
	b->frames += end - start;
	b->free_frames += end - start;
	while (start < end) {
		unsigned int order = seed_order(start, end);

		merge(b, pfn_to_page(start), order, 0);
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

struct page *buddy_next_free(const struct buddy *b, unsigned int order, const struct page *after)
{
	return after ? link_next(after) : b->head[order];
}
