#include "memmap_model.h"

#include <stdio.h>
#include <stdlib.h>

#include "arch/x86_64/layout.h"

#define check(cond)                                                                        \
	do {                                                                               \
		if (!(cond)) {                                                             \
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #cond); \
			abort();                                                           \
		}                                                                          \
	} while (0)

/* Of many entries, or ranges, only about every so many-th is looked at. */
static uint32_t stride(uint32_t n)
{
	return n <= 32 ? 1 : n / 8;
}

static bool get(void *ctx, uint32_t index, struct memmap_entry *entry)
{
	const struct memmap_model *model = ctx;

	if (index >= model->n)
		return false;
	*entry = model->entries[index];
	return true;
}

static bool wraps(const struct memmap_entry *e)
{
	return e->base + e->length - 1 < e->base;
}

/* Whether `e` says something of a byte of the page at `page`. */
static bool touches(const struct memmap_entry *e, uint64_t page)
{
	uint64_t last = wraps(e) ? UINT64_MAX : e->base + e->length - 1;

	return e->length && e->base < page + PAGE_SIZE && last >= page;
}

static bool is_usable(const struct memmap *map, uint64_t addr)
{
	uint32_t i;

	for (i = 0; i < map->n_ranges; i++) {
		const struct memmap_range *r = &map->ranges[i];

		if (r->type == MEMMAP_USABLE && r->start <= addr && addr < r->end)
			return true;
	}
	return false;
}

/* Whether usable entries together cover the whole page; by walking from edge to edge. */
static bool covered(const struct memmap_model *model, uint64_t page)
{
	uint64_t at = page;
	uint32_t i = 0;

	while (i < model->n && i < MEMMAP_ENTRIES && at < page + PAGE_SIZE) {
		const struct memmap_entry *e = &model->entries[i++];

		if (e->type == MEMMAP_USABLE && !wraps(e) && e->base <= at &&
		    e->base + (e->length - 1) >= at && e->length) {
			at = e->base + (e->length - 1) + 1;
			i = 0;
			if (at == 0)
				return true;
		}
	}
	return at >= page + PAGE_SIZE;
}

/* The one page at `addr`: usable only if all of it was said to be, and nothing else. */
static void check_page(const struct memmap *map, const struct memmap_model *model, uint64_t addr)
{
	uint64_t page = ALIGN_DOWN(addr, PAGE_SIZE);
	bool expected;
	uint32_t i;

	if (page >= DIRECT_MAP_SIZE) {
		check(!is_usable(map, page));
		return;
	}
	expected = covered(model, page);
	for (i = 0; i < model->n; i++) {
		if (model->entries[i].type != MEMMAP_USABLE && touches(&model->entries[i], page) &&
		    !(wraps(&model->entries[i]) && model->entries[i].type == MEMMAP_ACPI_RECLAIM))
			expected = false;
	}
	if (is_usable(map, page))
		check(expected);
	else if (expected)
		check(map->lost || map->limited);
}

static void check_ranges(const struct memmap *map)
{
	uint32_t i;

	check(map->n_ranges <= MEMMAP_RANGES);
	for (i = 0; i < map->n_ranges; i++) {
		const struct memmap_range *r = &map->ranges[i];

		check(r->start < r->end && r->end <= MEMMAP_PHYS_END);
		check(IS_ALIGNED(r->start, PAGE_SIZE) && IS_ALIGNED(r->end, PAGE_SIZE));
		check(i == 0 || r[-1].end <= r->start);
		check(i == 0 || r[-1].end < r->start || r[-1].type != r->type);
		check(!memmap_is_ram(r->type) || r->end <= DIRECT_MAP_SIZE + PAGE_SIZE);
	}
}

static void check_reservations(const struct memmap *map)
{
	uint32_t i;

	for (i = 0; i < map->n_reservations; i++) {
		const struct memmap_reservation *r = &map->reservations[i];

		check(r->start < r->end && (i == 0 || r[-1].end <= r->start));
	}
}

/* The free ranges: ascending, usable, unreserved, and as large as the totals say. */
static void check_free(const struct memmap *map)
{
	struct memmap_totals totals;
	uint64_t cursor = 0;
	uint64_t before = 0;
	uint64_t sum = 0;
	uint64_t start;
	uint64_t end;

	while (memmap_next_free(map, &cursor, &start, &end)) {
		check(start < end && start >= before && cursor == end);
		check(IS_ALIGNED(start, PAGE_SIZE) && IS_ALIGNED(end, PAGE_SIZE));
		check(!memmap_reserved_by(map, start, end) && end <= memmap_ram_end(map));
		check(map->n_ranges > 64 || (is_usable(map, start) && is_usable(map, end - 1)));
		check(memmap_overlaps_ram(map, start, end));
		before = end;
		sum += end - start;
	}
	memmap_totals(map, &totals);
	check(totals.usable == sum);
	check(totals.total == sum + totals.reserved + map->beyond + map->limited + map->lost);
}

/* The direct map's view holds all usable ranges, joined. */
static void check_ram(const struct memmap *map)
{
	uint64_t cursor = 0;
	uint64_t before = 0;
	uint64_t start;
	uint64_t end;
	uint32_t i = 0;

	while (memmap_next_ram(map, &cursor, &start, &end)) {
		check(start < end && (before == 0 || start > before));
		before = end;
		for (; i < map->n_ranges && map->ranges[i].start < end; i++)
			check(!memmap_is_ram(map->ranges[i].type) ||
			      (map->ranges[i].start >= start && map->ranges[i].end <= end));
	}
	for (; i < map->n_ranges; i++)
		check(!memmap_is_ram(map->ranges[i].type));
}

void memmap_model_check(const struct memmap *map, const struct memmap_model *model)
{
	uint32_t i;

	check_ranges(map);
	check_reservations(map);
	check_free(map);
	check_ram(map);
	for (i = 0; i < model->n; i += stride(model->n)) {
		const struct memmap_entry *e = &model->entries[i];

		check_page(map, model, e->base);
		check_page(map, model, e->base - 1);
		check_page(map, model, e->base + e->length);
		check_page(map, model, e->base + e->length - 1);
	}
	for (i = 0; i < map->n_ranges; i += stride(map->n_ranges)) {
		check_page(map, model, map->ranges[i].start);
		check_page(map, model, map->ranges[i].end - 1);
	}
}

void memmap_model_build(struct memmap *map, struct memmap_model *model, tell_fn tell, void *ctx)
{
	struct memmap_source source = {.get = get, .ctx = model};

	memmap_build(map, &source, tell, ctx);
}
