/*
 * The buddy allocator of one zone: blocks of 2^order frames, each aligned to its size.
 *
 * Which frames exist is kept as a short sorted array of ranges. No block ever reaches over the
 * edge of a range: blocks are seeded inside one range, and a block merges only with a buddy whose
 * head lies in the same range. So the struct page of a frame that does not exist is never touched,
 * and the price is one comparison a merge. Ranges that touch are one range, so neighbouring
 * sections merge up to 1 GiB.
 *
 * Pure code: the caller holds the zone's lock around every call. No call but buddy_add takes more
 * than about 50 instructions, plus 10 an order split and 25 an order merged.
 */
#pragma once

#include "mm/page.h"

#define BUDDY_MAX_ORDER 18 /* 1 GiB */
#define BUDDY_ORDERS	(BUDDY_MAX_ORDER + 1)
#define BUDDY_RANGES	64

/* Frames [start, end), all with entries in the frame table. */
struct buddy_range {
	pfn_t start;
	pfn_t end;
};

/* All fields are the zone lock's. Frame 0 is never free: as a link, 0 means none. */
struct buddy {
	const char *name;  /* for messages */
	uint32_t nonempty; /* bit n: head[n] is not 0 */
	uint32_t n_ranges;
	uintptr_t recent;      /* entries of the range that the last block freed was in: */
	uintptr_t recent_size; /* address of the first, size of all in bytes */
	uint64_t frames;       /* all frames of the ranges */
	uint64_t free_frames;  /* those in free blocks */
	struct page *head[BUDDY_ORDERS]; /* lists of free blocks */
	struct buddy_range ranges[BUDDY_RANGES];
};

/* Make `b` an empty zone called `name`, which must stay valid. */
void buddy_init(struct buddy *b, const char *name);

/*
 * Give frames [start, end) to the zone, as free ones; also for reserved frames that are given back.
 * Their frame table entries must be mapped and hold type PAGE_OFFLINE; only heads of blocks are
 * written. False, and nothing done, when the frames touch no range of the zone and its table of
 * ranges is full: the frames then stay unused. Panics on an empty range, on frame 0 and on frames
 * that the zone has already.
 */
__must_check bool buddy_add(struct buddy *b, pfn_t start, pfn_t end);

/*
 * Take a block of 2^order frames; its head is returned with type PAGE_KERNEL, that order, one
 * reference, no flags, and `caller` (a code address) in `word`. NULL when no block is large enough
 * or the order is above BUDDY_MAX_ORDER. The frames are not cleared.
 */
struct page *buddy_alloc(struct buddy *b, unsigned int order, uintptr_t caller);

/*
 * Give back a block that buddy_alloc returned, with the order it was asked for. `caller` is the
 * code address to blame. Panics, naming that and the caller before it, when the frame is not the
 * zone's, not the head of a block in use, free already, or of another order.
 */
void buddy_free(struct buddy *b, struct page *page, unsigned int order, uintptr_t caller);

/* Whether frame `pfn` belongs to the zone, free or not. */
bool buddy_contains(const struct buddy *b, pfn_t pfn);

/* Order of the largest free block, or -1 when nothing is free. */
int buddy_largest(const struct buddy *b);

/*
 * Iterate over the free blocks of one order, for the census: the block behind `after` in the list,
 * or the first for NULL; NULL at the end. No block may be taken or freed in between.
 */
struct page *buddy_next_free(const struct buddy *b, unsigned int order, const struct page *after);
