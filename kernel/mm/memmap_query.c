/* What the memory map says, reservations left aside but for the totals. */
#include "mm/memmap.h"

uint32_t memmap_range_above(const struct memmap *map, uint64_t addr)
{
	uint32_t low = 0;
	uint32_t high = map->n_ranges;

	/*@ loop invariant low <= MEMMAP_RANGES && high <= MEMMAP_RANGES; */
	while (low < high) {
		uint32_t middle = (low + high) / 2;

		if (map->ranges[middle].end <= addr)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool memmap_next_usable(const struct memmap *map, uint64_t *cursor, uint64_t *start, uint64_t *end)
{
	uint32_t i = memmap_range_above(map, *cursor);

	while (i < map->n_ranges && map->ranges[i].type != MEMMAP_USABLE)
		i++;
	if (i >= map->n_ranges)
		return false;
	*start = MAX(map->ranges[i].start, *cursor);
	*end = map->ranges[i].end;
	*cursor = *end;
	return true;
}

bool memmap_next_ram(const struct memmap *map, uint64_t *cursor, uint64_t *start, uint64_t *end)
{
	uint32_t i = memmap_range_above(map, *cursor);

	while (i < map->n_ranges && !memmap_is_ram(map->ranges[i].type))
		i++;
	if (i >= map->n_ranges)
		return false;
	*start = MAX(map->ranges[i].start, *cursor);
	*end = map->ranges[i].end;
	for (i++; i < map->n_ranges && map->ranges[i].start == *end; i++) {
		if (!memmap_is_ram(map->ranges[i].type))
			break;
		*end = map->ranges[i].end;
	}
	*cursor = *end;
	return true;
}

uint64_t memmap_ram_end(const struct memmap *map)
{
	uint32_t i = map->n_ranges;

	while (i > 0) {
		i--;
		if (memmap_is_ram(map->ranges[i].type))
			return map->ranges[i].end;
	}
	return 0;
}

bool memmap_overlaps_ram(const struct memmap *map, uint64_t start, uint64_t end)
{
	uint32_t i;

	for (i = memmap_range_above(map, start); i < map->n_ranges; i++) {
		if (map->ranges[i].start >= end)
			return false;
		if (memmap_is_ram(map->ranges[i].type))
			return true;
	}
	return false;
}

void memmap_totals(const struct memmap *map, struct memmap_totals *totals)
{
	uint64_t cursor = 0;
	uint64_t ram = 0;
	uint64_t start;
	uint64_t end;

	totals->usable = 0;
	while (memmap_next_usable(map, &cursor, &start, &end))
		ram += end - start;
	cursor = 0;
	while (memmap_next_free(map, &cursor, &start, &end))
		totals->usable += end - start;
	totals->reserved = ram - totals->usable;
	totals->total = ram + map->limited + map->lost + map->beyond;
}

const char *memmap_type_name(enum memmap_type type)
{
	static const char *const names[] = {
		[MEMMAP_USABLE] = "usable",
		[MEMMAP_RESERVED] = "reserved",
		[MEMMAP_ACPI_RECLAIM] = "ACPI tables",
		[MEMMAP_ACPI_NVS] = "ACPI non-volatile",
		[MEMMAP_BAD] = "bad",
	};

	return (unsigned int)type < ARRAY_SIZE(names) && names[type] ? names[type] : "unknown";
}
