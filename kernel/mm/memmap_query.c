/* What the memory map says, reservations left aside but for the totals. */
#include "mm/memmap.h"

bool memmap_next_usable(const struct memmap *map, uint64_t *cursor, uint64_t *start, uint64_t *end)
{
	uint32_t i;

	for (i = 0; i < map->n_ranges; i++) {
		const struct memmap_range *range = &map->ranges[i];

		if (range->type != MEMMAP_USABLE || range->end <= *cursor)
			continue;
		*start = MAX(range->start, *cursor);
		*end = range->end;
		*cursor = range->end;
		return true;
	}
	return false;
}

bool memmap_next_ram(const struct memmap *map, uint64_t *cursor, uint64_t *start, uint64_t *end)
{
	bool found = false;
	uint32_t i;

	for (i = 0; i < map->n_ranges; i++) {
		const struct memmap_range *range = &map->ranges[i];

		if (!memmap_is_ram(range->type) || range->end <= *cursor)
			continue;
		if (found && range->start != *cursor)
			break;
		if (!found)
			*start = MAX(range->start, *cursor);
		found = true;
		*end = range->end;
		*cursor = range->end;
	}
	return found;
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

	for (i = 0; i < map->n_ranges; i++) {
		const struct memmap_range *range = &map->ranges[i];

		if (memmap_is_ram(range->type) && range->start < end && start < range->end)
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
