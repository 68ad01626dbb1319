#include "mm/buddy.h"

/*
 * Only the links of blocks inside a list are kept right: the first block's `prev` is stale, since
 * b->head[] tells that it is the first.
 */

static inline struct page *page_of_link(uint32_t low, uint8_t high)
{
	pfn_t pfn = (pfn_t)high << 32 | low;

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

/* Put the block `page` first on the list of its order. */
static inline void push(struct buddy *b, struct page *page, unsigned int order)
{
	struct page *first = b->head[order];

	page->kind = PAGE_KIND(PAGE_FREE, order);
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
	struct page *next = link_next(page);

	b->head[order] = next;
	if (!next)
		b->nonempty &= ~(1U << order);
	return page;
}

/* Take `page`, which is not the first, from its list. */
static __noinline void unlink_inner(struct page *page)
{
	struct page *next = link_next(page);
	struct page *prev = link_prev(page);

	set_link_next(prev, next);
	if (next)
		set_link_prev(next, prev);
}

/* Whether the frame of `page` lies in the range that the last block freed was in. */
static inline bool in_recent(const struct buddy *b, const struct page *page)
{
	return (uintptr_t)page - b->recent < b->recent_size;
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

/* The head of the other half of what would be the next larger block. */
static inline struct page *buddy_of(const struct page *page, unsigned int order)
{
	/* Frame 0's entry is aligned to more than the entries of the largest block. */
	return (struct page *)((uintptr_t)page ^ (sizeof(struct page) << order));
}

/* The head of the block that two buddies make; and of the upper of the two halves of a block. */
static inline struct page *merged(struct page *page, struct page *other)
{
	return MIN(page, other);
}

static inline struct page *upper_half(struct page *page, unsigned int half_order)
{
	return page + (1UL << half_order);
}

/* The first frame of the block of `order` that holds `pfn`. */
static inline pfn_t block_start(pfn_t pfn, unsigned int order)
{
	return ALIGN_DOWN(pfn, 1UL << order);
}

/*
 * Whether `page`, the buddy of a block in the recent range, is a free block of `order`. The first
 * of the list is one, and, as ranges that touch are one, it is in that range too. Any other entry
 * may be read only in the range, and a head there means that its whole block is. That of a block
 * in use may be changing: its owner needs no lock for that. Neither what it was nor what it will be
 * is a free block.
 */
static inline __racy bool is_free(const struct buddy *b, const struct page *page,
				  unsigned int order)
{
	return b->head[order] == page ||
	       (in_recent(b, page) && page->kind == PAGE_KIND(PAGE_FREE, order));
}

/*
 * Enter the block `page` of the recent range, merging it with its buddies as far as they go.
 * `caller` becomes the record of the block that results.
 */
static __noinline void merge(struct buddy *b, struct page *page, unsigned int order,
			     uintptr_t caller)
{
	for (; order < BUDDY_MAX_ORDER; order++) {
		struct page *other = buddy_of(page, order);

		if (!is_free(b, other, order))
			break;
		if (b->head[order] == other)
			(void)pop(b, order);
		else
			unlink_inner(other);
		other->type = PAGE_TAIL;
		page = merged(page, other);
	}
	set_freed_by(page, caller);
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
	b->nonempty |= (1U << from) - (1U << to);
	for (; to < from; to++) {
		struct page *half = upper_half(page, to);

		half->kind = PAGE_KIND(PAGE_FREE, to);
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
	page = pop(b, from);
	b->free_frames -= 1UL << order;
	page->more_refs = 0;
	page->kind = PAGE_KIND(PAGE_KERNEL, order);
	page->flags = 0;
	page->word = caller;
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

/* buddy_free() of a block in the recent range. */
static inline void free_in_recent(struct buddy *b, struct page *page, unsigned int order,
				  uintptr_t caller)
{
	if (unlikely(page->type < PAGE_KERNEL || page->order != order))
		bad_free(b, page, order, caller);
	b->free_frames += 1UL << order;
	page->type = PAGE_TAIL;
	set_freed_by(page, caller);
	if (order < BUDDY_MAX_ORDER && is_free(b, buddy_of(page, order), order))
		merge(b, page, order, caller);
	else
		push(b, page, order);
}

/* buddy_free() in another range; kept apart so that the usual way stays short. */
static __noinline void free_elsewhere(struct buddy *b, struct page *page, unsigned int order,
				      uintptr_t caller)
{
	const struct buddy_range *range = find_range(b, page_to_pfn(page));

	if (!range)
		bad_free(b, page, order, caller);
	set_recent(b, range);
	free_in_recent(b, page, order, caller);
}

void buddy_free(struct buddy *b, struct page *page, unsigned int order, uintptr_t caller)
{
	if (likely(in_recent(b, page)))
		free_in_recent(b, page, order, caller);
	else
		free_elsewhere(b, page, order, caller);
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
