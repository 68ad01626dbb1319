#include "mm/frames.h"

#include "arch/x86_64/cpu.h"
#include "arch/x86_64/page_copy.h"
#include "core/delay.h"
#include "core/lock.h"
#include "core/panic.h"
#include "core/symbols.h"
#include "lib/upcall.h"
#include "mm/failalloc.h"
#include "mm/online.h"
#include "mm/phys.h"
#include "mm/poison.h"

#define MAGAZINE_MAX   64
#define MAGAZINE_MIN   4UL
#define ZONES_BELOW_4G 2

#define CALLER ((uintptr_t)__builtin_return_address(0))

struct zone {
	struct lock lock;
	struct buddy buddy; /* [lock] */
	pfn_t end;	    /* frames below this one belong here, if to no lower zone */
};

struct magazine {
	uint32_t count;
	uint32_t capacity;
	uint32_t refill_order; /* of the block that fills it when empty: half its capacity */
	struct page *frames[MAGAZINE_MAX];
};

/* Lowest first; allocation prefers the highest, so that low memory is left for those who need it.
 */
static struct zone zones[] = {
	{.end = MIB(16) >> PAGE_SHIFT},
	{.end = GIB(4) >> PAGE_SHIFT},
	{.end = UINT64_MAX},
};
static const char *const zone_names[] = {"below 16 MiB", "below 4 GiB", "rest"};

static DEFINE_PERCPU(struct magazine, magazine);

void frames_init(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(zones); i++) {
		zones[i].lock = LOCK_INIT("zone", RANK_ZONE);
		buddy_init(&zones[i].buddy, zone_names[i]);
	}
}

void frames_init_cpu(uint64_t ram_per_cpu)
{
	uint64_t share = ram_per_cpu / PAGE_SIZE / 64;

	struct magazine *m = PERCPU(magazine);

	m->capacity = (uint32_t)MAX(MIN(share, (uint64_t)MAGAZINE_MAX), MAGAZINE_MIN);
	m->refill_order = 0;
	while (2U << (m->refill_order + 1) <= m->capacity)
		m->refill_order++;
}

static struct zone *zone_of(pfn_t pfn)
{
	struct zone *zone = zones;

	while (pfn >= zone->end)
		zone++;
	return zone;
}

void frames_add(pfn_t start, pfn_t end)
{
	while (start < end) {
		struct zone *zone = zone_of(start);
		pfn_t stop = MIN(end, zone->end);

		for (pfn_t pfn = start; pfn < stop; pfn++)
			poison_frames(pfn_to_page(pfn), 0);
		lock_acquire(&zone->lock);
		if (!buddy_add(&zone->buddy, start, stop))
			online_note_unused(stop - start);
		lock_release(&zone->lock);
		start = stop;
	}
}

/* A hint without the lock: what is freed meanwhile may be missed, as if it came later. */
static inline __racy bool has_blocks(const struct zone *zone)
{
	return zone->buddy.nonempty;
}

/* From the highest of the first `n` zones that has a block. */
static struct page *zones_alloc(size_t n, unsigned int order, uintptr_t caller)
{
	for (size_t i = n; i-- > 0;) {
		struct zone *zone = &zones[i];
		struct page *page;

		if (!has_blocks(zone))
			continue;
		lock_acquire(&zone->lock);
		page = buddy_alloc(&zone->buddy, order, caller);
		delay_point("zone");
		lock_release(&zone->lock);
		if (page)
			return page;
	}
	return NULL;
}

static void zone_free(struct page *page, unsigned int order, uintptr_t caller)
{
	struct zone *zone = zone_of(page_to_pfn(page));

	lock_acquire(&zone->lock);
	buddy_free(&zone->buddy, page, order, caller);
	lock_release(&zone->lock);
}

/* Who asked may wait until there is memory, and do again what failed (memory_task.h). */
static void note_failure(void)
{
	this_cpu()->work |= CPU_WORK_MEMORY;
}

struct page *frames_alloc(unsigned int order, enum page_type type)
{
	struct page *page;

	if (failalloc())
		return NULL;
	page = zones_alloc(ARRAY_SIZE(zones), order, CALLER);
	if (page) {
		poison_check_frames(page, order, CALLER);
		page->type = (uint8_t)type;
	} else if (order <= FRAMES_COMMON_ORDER) {
		note_failure();
	}
	online_check_watermark();
	return page;
}

void frames_free(struct page *page, unsigned int order)
{
	poison_frames(page, order);
	zone_free(page, order, CALLER);
}

struct page *frame_alloc_below_4g(enum page_type type)
{
	struct page *page = zones_alloc(ZONES_BELOW_4G, 0, CALLER);

	if (page) {
		poison_check_frames(page, 0, CALLER);
		page->type = (uint8_t)type;
	}
	return page;
}

/* Put a frame into a magazine that has room. Who did that is told when it is freed again. */
static inline void put_in(struct magazine *m, struct page *page, uintptr_t caller)
{
	page->kind = PAGE_KIND(PAGE_MAGAZINE, 0);
	page->more_refs = (int32_t)caller;
	m->frames[m->count++] = page;
}

static uintptr_t freed_by(const struct page *page)
{
	return (uintptr_t)(intptr_t)page->more_refs;
}

/*
 * Fill the empty magazine with one block, cut into single frames; each goes back to its zone alone
 * and merges there. With no such block left, with one frame.
 */
static __noinline bool refill(struct magazine *m, uintptr_t caller)
{
	unsigned int order = m->refill_order;
	struct page *block = zones_alloc(ARRAY_SIZE(zones), order, caller);

	if (!block) {
		order = 0;
		block = zones_alloc(ARRAY_SIZE(zones), 0, caller);
	}
	online_check_watermark();
	if (!block) {
		note_failure();
		return false;
	}
	for (; m->count < 1U << order; block++)
		put_in(m, block, caller);
	return true;
}

/* Give back all but `keep` frames, the zone's lock taken once for neighbours of one zone. */
static __noinline void drain_to(struct magazine *m, uint32_t keep)
{
	while (m->count > keep) {
		struct zone *zone = zone_of(page_to_pfn(m->frames[m->count - 1]));

		lock_acquire(&zone->lock);
		do {
			struct page *page = m->frames[--m->count];

			page->type = PAGE_KERNEL;
			buddy_free(&zone->buddy, page, 0, freed_by(page));
		} while (m->count > keep && zone_of(page_to_pfn(m->frames[m->count - 1])) == zone);
		lock_release(&zone->lock);
	}
}

/* From a magazine that is not empty. */
static inline struct page *take_kept(struct magazine *m, enum page_type type, uintptr_t caller)
{
	struct page *page = m->frames[--m->count];

	poison_check_frames(page, 0, caller);
	*page = (struct page){.type = (uint8_t)type};
	return page;
}

/* All that is not the short way: a call at its end, so that it needs no frame of its own. */
static __noinline struct page *take_slowly(struct magazine *m, enum page_type type,
					   uintptr_t caller)
{
	if (failalloc() || (!m->count && !refill(m, caller)))
		return NULL;
	return take_kept(m, type, caller);
}

static inline struct page *take(enum page_type type, uintptr_t caller)
{
	struct magazine *m = PERCPU(magazine);

	if (unlikely(failalloc_on || !m->count))
		return take_slowly(m, type, caller);
	return take_kept(m, type, caller);
}

struct page *frame_alloc(enum page_type type)
{
	return take(type, CALLER);
}

struct page *frame_alloc_zeroed(enum page_type type)
{
	struct page *page = take(type, CALLER);

	if (page)
		clear_page(page_to_virt(page));
	return page;
}

static __noreturn __noinline void refuse_free(const struct page *page, uintptr_t caller)
{
	panic("frame %lx freed in %s: type %u, order %u, freed before in %s", page_to_pfn(page),
	      symbol_function(caller), page->type, page->order, symbol_function(freed_by(page)));
}

static inline void keep(struct magazine *m, struct page *page, uintptr_t caller)
{
	poison_frames(page, 0);
	put_in(m, page, caller);
}

static __noinline void make_room_and_keep(struct magazine *m, struct page *page, uintptr_t caller)
{
	drain_to(m, m->capacity / 2);
	keep(m, page, caller);
}

static inline void check_used(const struct page *page, uintptr_t caller)
{
	if (unlikely(!page_is_used(page) || page->order != 0))
		refuse_free(page, caller);
}

void frame_free(struct page *page)
{
	struct magazine *m = PERCPU(magazine);

	check_used(page, CALLER);
	if (unlikely(m->count >= m->capacity))
		make_room_and_keep(m, page, CALLER);
	else
		keep(m, page, CALLER);
}

bool frames_keep(struct page *first, uint64_t n)
{
	struct magazine *m = PERCPU(magazine);

	/* A quarter stays free: single frames that find it full are dear. */
	if (m->count + n > m->capacity - m->capacity / 4)
		return false;
	for (struct page *page = first; page < first + n; page++) {
		check_used(page, CALLER);
		keep(m, page, CALLER);
	}
	return true;
}

void frame_put_unusual(struct page *page)
{
	/* frame_free() looks whether the frame was in use. */
	if (likely(page_refs(page) == 0) || page_put_unusual(page))
		frame_free(page);
}

void frames_drain(void)
{
	drain_to(PERCPU(magazine), 0);
}

/* Without the locks: each number is one of a moment ago. */
__racy uint64_t frames_free_count(void)
{
	uint64_t count = 0;

	for (size_t i = 0; i < ARRAY_SIZE(zones); i++)
		count += zones[i].buddy.free_frames;
	return count;
}

uint64_t frames_total(void)
{
	uint64_t count = 0;

	for (size_t i = 0; i < ARRAY_SIZE(zones); i++)
		count += zones[i].buddy.frames;
	return count;
}

const struct buddy *frames_zone(unsigned i)
{
	return i < ARRAY_SIZE(zones) ? &zones[i].buddy : NULL;
}

struct page *frames_in_magazine(uint32_t cpu, uint32_t i)
{
	const struct magazine *m = PERCPU_OF(cpu, magazine);

	return i < m->count ? m->frames[i] : NULL;
}

bool frames_contain(pfn_t pfn)
{
	return buddy_contains(&zone_of(pfn)->buddy, pfn);
}

bool frames_next_range(unsigned i, pfn_t from, struct buddy_range *range)
{
	struct zone *zone = &zones[i];
	bool locked = !panic_active();
	uint32_t n = 0;

	if (locked)
		lock_acquire(&zone->lock);
	while (n < zone->buddy.n_ranges && zone->buddy.ranges[n].end <= from)
		n++;
	if (n < zone->buddy.n_ranges)
		*range = zone->buddy.ranges[n];
	else
		range->end = 0;
	if (locked)
		lock_release(&zone->lock);
	return range->end;
}
