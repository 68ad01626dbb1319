#include "mm/memmap.h"

#include "arch/x86_64/layout.h"
#include "lib/string.h"

/*
 * The entries are taken type by type, usable ones first, and each kind overrides what the kinds
 * before it said of the same bytes. So when a table is full, whatever is left out is at worst a
 * hole, and a hole is not usable.
 */
static const enum memmap_type passes[] = {
	MEMMAP_USABLE, MEMMAP_ACPI_RECLAIM, MEMMAP_RESERVED, MEMMAP_ACPI_NVS, MEMMAP_BAD,
};

#define tell(map, ...)                                             \
	do {                                                       \
		if ((map)->tell)                                   \
			(map)->tell((map)->tell_ctx, __VA_ARGS__); \
	} while (0)

/* --- the ranges, while they are built: sorted and disjoint, of bytes --- */

static void remove_range(struct memmap *map, uint32_t i)
{
	for (map->n_ranges--; i < map->n_ranges; i++) {
		struct memmap_range next = map->ranges[i + 1];

		map->ranges[i] = next;
	}
}

/* There must be room, and `i` at most n_ranges. */
static void insert_range(struct memmap *map, uint32_t i, struct memmap_range range)
{
	uint32_t at;

	for (at = map->n_ranges++; at > i; at--) {
		struct memmap_range before = map->ranges[at - 1];

		map->ranges[at] = before;
	}
	map->ranges[at] = range;
}

/* Account for a range that is left out because the table is full. */
static void lose(struct memmap *map, const struct memmap_range *range)
{
	if (range->type == MEMMAP_USABLE)
		map->lost += range->end - range->start;
}

/* Cut [start, end) out of the middle of range `i`. */
static void split_range(struct memmap *map, uint32_t i, uint64_t start, uint64_t end)
{
	struct memmap_range *range = &map->ranges[i];
	struct memmap_range low = {range->start, start, range->type};
	struct memmap_range high = {end, range->end, range->type};
	bool low_is_larger = low.end - low.start >= high.end - high.start;

	if (map->n_ranges < MEMMAP_RANGES) {
		*range = low;
		insert_range(map, i + 1, high);
		return;
	}
	*range = low_is_larger ? low : high;
	lose(map, low_is_larger ? &high : &low);
}

/* Make [start, end) a hole. The index where a range put there belongs. */
static uint32_t carve(struct memmap *map, uint64_t start, uint64_t end)
{
	uint32_t i = memmap_range_above(map, start);

	/*@ loop invariant i <= MEMMAP_RANGES; */
	while (i < map->n_ranges && map->ranges[i].start < end) {
		struct memmap_range *range = &map->ranges[i];

		if (range->start < start && range->end > end) {
			split_range(map, i, start, end);
			return i + (map->ranges[i].end <= start);
		}
		if (range->start < start) {
			range->end = start;
			i++;
		} else if (range->end > end) {
			range->start = end;
		} else {
			remove_range(map, i);
		}
	}
	return i;
}

/* The smallest usable range's index, or n_ranges. */
static uint32_t smallest_usable(const struct memmap *map)
{
	uint32_t smallest = map->n_ranges;
	uint64_t size = UINT64_MAX;
	uint32_t i;

	for (i = 0; i < map->n_ranges; i++) {
		const struct memmap_range *range = &map->ranges[i];

		if (range->type == MEMMAP_USABLE && range->end - range->start < size) {
			smallest = i;
			size = range->end - range->start;
		}
	}
	return smallest;
}

/* Put `range` into the hole before index `i` of a full table, if it is worth more than another. */
static void insert_into_full(struct memmap *map, uint32_t i, struct memmap_range range)
{
	uint32_t victim = smallest_usable(map);

	/* Only usable ranges compete: they come first, so all the others here are usable too. */
	if (range.type != MEMMAP_USABLE || victim == map->n_ranges ||
	    map->ranges[victim].end - map->ranges[victim].start >= range.end - range.start) {
		lose(map, &range);
		return;
	}
	lose(map, &map->ranges[victim]);
	remove_range(map, victim);
	insert_range(map, i - (victim < i), range);
}

/* Say that [start, end) is of `range`'s type, whatever was said of it before. */
static void override(struct memmap *map, struct memmap_range range)
{
	uint32_t i = carve(map, range.start, range.end);
	struct memmap_range *before = i > 0 ? &map->ranges[i - 1] : NULL;
	struct memmap_range *after = i < map->n_ranges ? &map->ranges[i] : NULL;

	if (after && after->start == range.end && after->type == range.type) {
		range.end = after->end;
		remove_range(map, i);
	}
	if (before && before->end == range.start && before->type == range.type)
		before->end = range.end;
	else if (map->n_ranges < MEMMAP_RANGES)
		insert_range(map, i, range);
	else
		insert_into_full(map, i, range);
}

/* --- from the firmware's entries to ranges --- */

static enum memmap_type known_type(uint32_t type)
{
	switch (type) {
	case MEMMAP_USABLE:
	case MEMMAP_ACPI_RECLAIM:
	case MEMMAP_ACPI_NVS:
	case MEMMAP_BAD:
		return (enum memmap_type)type;
	default:
		return MEMMAP_RESERVED;
	}
}

/* The bytes of a range of RAM that the direct map reaches; the others are counted as ignored. */
static void cut_to_direct_map(struct memmap *map, struct memmap_range *range)
{
	if (range->end <= DIRECT_MAP_SIZE)
		return;
	map->beyond += range->end - MAX(range->start, DIRECT_MAP_SIZE);
	range->start = MIN(range->start, DIRECT_MAP_SIZE);
	range->end = DIRECT_MAP_SIZE;
}

/* Check one entry and enter it. */
static void add_entry(struct memmap *map, uint32_t index, const struct memmap_entry *entry)
{
	struct memmap_range range = {.start = entry->base, .type = known_type(entry->type)};
	uint64_t last = entry->base + entry->length - 1;

	if (entry->length == 0) {
		tell(map, "memory map: entry %u is empty", index);
		return;
	}
	if (last < entry->base) {
		tell(map, "memory map: entry %u, 0x%lx+0x%lx, wraps", index,
		     (unsigned long)entry->base, (unsigned long)entry->length);
		if (memmap_is_ram(range.type))
			return;
		last = MEMMAP_PHYS_END - 1;
	}
	range.end = MIN(last, MEMMAP_PHYS_END - 1) + 1;
	range.start = MIN(range.start, range.end);
	if (memmap_is_ram(range.type))
		cut_to_direct_map(map, &range);
	if (range.start < range.end)
		override(map, range);
}

/* One pass over the entries, for those of `type`. The number of usable entries left out. */
static uint32_t add_entries(struct memmap *map, const struct memmap_source *source,
			    enum memmap_type type)
{
	struct memmap_entry entry;
	uint32_t ignored = 0;
	uint32_t i;

	/*@ loop invariant map->n_ranges <= MEMMAP_RANGES; */
	for (i = 0; source->get(source->ctx, i, &entry); i++) {
		if (known_type(entry.type) != type)
			continue;
		if (i >= MEMMAP_ENTRIES && type == MEMMAP_USABLE)
			ignored++;
		else
			add_entry(map, i, &entry);
	}
	return ignored;
}

/* Bytes become whole pages: usable ranges shrink to them, all others grow to them. */
static void round_range(struct memmap_range *range)
{
	if (range->type == MEMMAP_USABLE) {
		range->start = ALIGN_UP(range->start, PAGE_SIZE);
		range->end = ALIGN_DOWN(range->end, PAGE_SIZE);
	} else {
		range->start = ALIGN_DOWN(range->start, PAGE_SIZE);
		range->end = ALIGN_UP(range->end, PAGE_SIZE);
	}
}

/* Round all ranges; where two that are not usable now share a page, the first keeps it. */
static void round_ranges(struct memmap *map)
{
	uint32_t i = 0;

	while (i < map->n_ranges) {
		struct memmap_range range = map->ranges[i];
		struct memmap_range *before = i > 0 ? &map->ranges[i - 1] : NULL;

		round_range(&range);
		if (before)
			range.start = MAX(range.start, before->end);
		if (range.start >= range.end) {
			remove_range(map, i);
		} else if (before && before->type == range.type && before->end == range.start) {
			before->end = range.end;
			remove_range(map, i);
		} else {
			map->ranges[i++] = range;
		}
	}
}

void memmap_build(struct memmap *map, const struct memmap_source *source, tell_fn tell_what,
		  void *tell_ctx)
{
	uint32_t ignored = 0;
	uint32_t i;

	memset(map, 0, sizeof(*map));
	map->tell = tell_what;
	map->tell_ctx = tell_ctx;
	for (i = 0; i < ARRAY_SIZE(passes); i++)
		ignored += add_entries(map, source, passes[i]);
	round_ranges(map);
	memmap_reserve(map, 0, PAGE_SIZE, "frame 0");
	if (ignored)
		tell(map, "memory map: more than %u entries; %u of RAM ignored", MEMMAP_ENTRIES,
		     ignored);
	if (map->lost)
		tell(map, "memory map: more than %u ranges; %lu KiB of RAM not used", MEMMAP_RANGES,
		     (unsigned long)(map->lost >> 10));
	if (map->beyond)
		tell(map, "memory map: %lu MiB of RAM above 64 TiB ignored",
		     (unsigned long)(map->beyond >> 20));
}

void memmap_limit(struct memmap *map, uint64_t limit)
{
	uint32_t i = 0;

	limit = ALIGN_DOWN(limit, PAGE_SIZE);
	while (i < map->n_ranges) {
		struct memmap_range *range = &map->ranges[i];

		if (range->type != MEMMAP_USABLE || range->end <= limit) {
			i++;
			continue;
		}
		map->limited += range->end - MAX(range->start, limit);
		range->end = limit;
		if (range->start >= limit)
			remove_range(map, i);
	}
}
