#include "mm/zones.h"

#include "arch/x86_64/cpu.h"
#include "core/delay.h"
#include "core/lock_inline.h"
#include "core/panic.h"
#include "lib/upcall.h"
#include "mm/buddy_list.h"
#include "mm/failalloc.h"
#include "mm/online.h"
#include "mm/poison.h"

#define ZONES_BELOW_4G 2

#define CALLER ((uintptr_t)__builtin_return_address(0))

struct zone {
	struct lock lock;
	struct buddy buddy;	   /* [lock] */
	pfn_t end;		   /* frames below this one belong here, if to no lower zone */
	const struct page *behind; /* the entry of that one */
};

/* Lowest first; allocation prefers the highest, so that low memory is left for those who need it.
 */
static struct zone zones[] = {
	{.end = MIB(16) >> PAGE_SHIFT},
	{.end = GIB(4) >> PAGE_SHIFT},
	{.end = UINT64_MAX},
};
/* Atomic: the highest that has frames; only ever raised, before there is a frame of the new one. */
static struct zone *highest = zones;
static const char *const zone_names[] = {"below 16 MiB", "below 4 GiB", "rest"};

void frames_init(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(zones); i++) {
		zones[i].lock = LOCK_INIT("zone", RANK_ZONE);
		buddy_init(&zones[i].buddy, zone_names[i]);
		zones[i].behind = pfn_to_page(zones[i].end);
	}
}

static inline struct zone *zone_of(const struct page *page)
{
	struct zone *zone = __atomic_load_n(&highest, __ATOMIC_RELAXED);

	while (zone > zones && unlikely(page < zone[-1].behind))
		zone--;
	return zone;
}

static struct zone *zone_that_ends_above(pfn_t pfn)
{
	struct zone *zone = zones;

	while (zone->end <= pfn)
		zone++;
	return zone;
}

void frames_add(pfn_t start, pfn_t end)
{
	while (start < end) {
		struct zone *zone = zone_that_ends_above(start);
		pfn_t stop = MIN(end, zone->end);

		if (zone > highest)
			__atomic_store_n(&highest, zone, __ATOMIC_RELAXED);
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
static struct page *alloc_from(size_t n, unsigned int order, uintptr_t caller)
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

struct page *zones_alloc(unsigned int order, uintptr_t caller)
{
	return alloc_from(ARRAY_SIZE(zones), order, caller);
}

void zones_note_failure(void)
{
	this_cpu()->work |= CPU_WORK_MEMORY;
}

static __noinline struct page *alloc_slowly(unsigned int order, enum page_type type,
					    uintptr_t caller)
{
	struct page *page;

	if (failalloc())
		return NULL;
	page = zones_alloc(order, caller);
	if (page) {
		poison_check_frames(page, order, caller);
		page->type = (uint8_t)type;
	} else if (order <= FRAMES_COMMON_ORDER) {
		zones_note_failure();
	}
	online_check_watermark();
	return page;
}

/* The same from `zone` first, [whose lock] is released. */
static __noinline struct page *alloc_and_release(struct zone *zone, unsigned int order,
						 enum page_type type, uintptr_t caller)
{
	struct page *page = buddy_alloc(&zone->buddy, order, caller);

	lock_let_go(&zone->lock, this_cpu());
	if (!page)
		return alloc_slowly(order, type, caller);
	poison_check_frames(page, order, caller);
	page->type = (uint8_t)type;
	return page;
}

/* The highest zone that has a block of `order` or larger; or the lowest. A hint, as above. */
static inline __racy struct zone *zone_with(unsigned int order)
{
	struct zone *zone = __atomic_load_n(&highest, __ATOMIC_RELAXED);

	while (!(zone->buddy.nonempty >> order) && zone > zones)
		zone--;
	return zone;
}

/* In line as far as it goes: all that is not the short way is a call at the end. */
struct page *frames_alloc(unsigned int order, enum page_type type)
{
	struct cpu *cpu = this_cpu();
	struct zone *zone;
	struct page *page;

	if (unlikely(failalloc_on || online_left() || order > FRAMES_MAX_ORDER))
		return alloc_slowly(order, type, CALLER);
	zone = zone_with(order);
	if (unlikely(!lock_try(&zone->lock, cpu, code_address())))
		return alloc_slowly(order, type, CALLER);
	page = buddy_take(&zone->buddy, order, type, CALLER);
	if (unlikely(!page))
		return alloc_and_release(zone, order, type, CALLER);
	lock_let_go(&zone->lock, cpu);
	poison_check_frames(page, order, CALLER);
	return page;
}

/* [zone's lock], which is released */
static __noinline void free_and_release(struct zone *zone, struct page *page, unsigned int order,
					uintptr_t caller)
{
	buddy_free(&zone->buddy, page, order, caller);
	lock_let_go(&zone->lock, this_cpu());
}

static __noinline void free_slowly(struct zone *zone, struct page *page, unsigned int order,
				   uintptr_t caller)
{
	lock_acquire(&zone->lock);
	free_and_release(zone, page, order, caller);
}

void frames_free(struct page *page, unsigned int order)
{
	struct zone *zone = zone_of(page);
	struct cpu *cpu = this_cpu();

	poison_frames(page, order);
	if (unlikely(!lock_try(&zone->lock, cpu, code_address())))
		free_slowly(zone, page, order, CALLER);
	else if (unlikely(!buddy_give(&zone->buddy, page, order, CALLER)))
		free_and_release(zone, page, order, CALLER);
	else
		lock_let_go(&zone->lock, cpu);
}

struct page *frame_alloc_below_4g(enum page_type type)
{
	struct page *page = alloc_from(ZONES_BELOW_4G, 0, CALLER);

	if (page) {
		poison_check_frames(page, 0, CALLER);
		page->type = (uint8_t)type;
	}
	return page;
}

void zones_free(struct page *const *frames, uint32_t n)
{
	while (n) {
		struct zone *zone = zone_of(frames[n - 1]);

		lock_acquire(&zone->lock);
		do {
			struct page *page = frames[--n];

			page->type = PAGE_KERNEL;
			buddy_free(&zone->buddy, page, 0, freed_by(page));
		} while (n && zone_of(frames[n - 1]) == zone);
		lock_release(&zone->lock);
	}
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

bool frames_contain(pfn_t pfn)
{
	return buddy_contains(&zone_of(pfn_to_page(pfn))->buddy, pfn);
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
