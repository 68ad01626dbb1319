/*
 * Frames of RAM for the kernel and for processes: zones with a buddy allocator each, in front of
 * them a magazine of single frames for every CPU. RAM comes online in pieces: the first at boot,
 * the rest by a kernel task when free memory runs low (online.h).
 */
#pragma once

#include "mm/buddy.h"
#include "mm/memmap.h"

#define FRAMES_MAX_ORDER BUDDY_MAX_ORDER

/* Who asks for more has a way without it: its failure is no lack of memory. */
#define FRAMES_COMMON_ORDER 3

/* Make the zones. They are empty until frames_add(). */
void frames_init(void);

/* Give RAM [start, end) (page numbers), whose frame table entries are zero, to its zones. */
void frames_add(pfn_t start, pfn_t end);

/* Give this CPU its magazine, of a size that fits `ram_per_cpu` bytes. */
void frames_init_cpu(uint64_t ram_per_cpu);

/*
 * One frame of type `type` with one reference, not cleared; or NULL. From this CPU's magazine,
 * which is refilled in batches. Takes RANK_ZONE.
 */
struct page *frame_alloc(enum page_type type);

/* The same, filled with zeros. */
struct page *frame_alloc_zeroed(enum page_type type);

/* Give back a frame that frame_alloc() returned, whatever its count. Takes RANK_ZONE. */
void frame_free(struct page *page);

/* Give back a reference, and with the last one the frame. Takes RANK_ZONE. */
void frame_put_unusual(struct page *page);
static inline void frame_put(struct page *page)
{
	if (page_unref(page))
		frame_put_unusual(page);
}

/* One frame below 4 GiB, from its zone, not cleared; or NULL. Takes RANK_ZONE. */
struct page *frame_alloc_below_4g(enum page_type type);

/* A block of 2^order frames, one reference at its head; NULL when none is free. RANK_ZONE. */
struct page *frames_alloc(unsigned int order, enum page_type type);
void frames_free(struct page *page, unsigned int order);

/*
 * Give back `n` neighbouring frames, whatever their counts, to this CPU's magazine; false, and
 * nothing done, when it has no room for all.
 */
__must_check bool frames_keep(struct page *first, uint64_t n);

/* Free frames in the zones; those in magazines come on top, at most 64 a CPU. */
uint64_t frames_free_count(void);

/* All frames that were ever added. */
uint64_t frames_total(void);

/* Hand this CPU's magazine back to the zones. Takes RANK_ZONE. */
void frames_drain(void);

/* For the census, while nobody allocates: zone `i` and frame `i` of a CPU's magazine; or NULL. */
const struct buddy *frames_zone(unsigned i);
struct page *frames_in_magazine(uint32_t cpu, uint32_t i);

/* Does the frame belong to a zone, so that it is allocated and freed? */
bool frames_contain(pfn_t pfn);

/*
 * The first frames of zone `i` (0 to 2) that end above `from`; false: there are none. Takes
 * RANK_ZONE, but nothing in a panic.
 */
bool frames_next_range(unsigned i, pfn_t from, struct buddy_range *range);
