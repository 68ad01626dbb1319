/* Reservations in the memory map, and what is free beside them. */
#include "lib/upcall.h"
#include "mm/memmap.h"

#define LOW_MEMORY_END KIB(640)
#define ALLOC_START    MIB(1)

static const char boot_tables[] = MEMMAP_BOOT_TABLES;

/* Index of the first reservation that ends above `addr`. */
static uint32_t reservation_after(const struct memmap *map, uint64_t addr)
{
	uint32_t i = 0;

	while (i < map->n_reservations && map->reservations[i].end <= addr)
		i++;
	return i;
}

/* The first reservation with a byte of [start, end), or NULL. */
static const struct memmap_reservation *find_reservation(const struct memmap *map, uint64_t start,
							 uint64_t end)
{
	uint32_t i = reservation_after(map, start);

	if (start >= end || i >= map->n_reservations || map->reservations[i].start >= end)
		return NULL;
	return &map->reservations[i];
}

static void insert_reservation(struct memmap *map, struct memmap_reservation new)
{
	uint32_t i = reservation_after(map, new.start);
	uint32_t at;

	if (map->n_reservations == MEMMAP_RESERVATIONS)
		panic("memory map: no room for reservation '%s', 0x%lx..0x%lx", new.name,
		      (unsigned long)new.start, (unsigned long)new.end);
	for (at = map->n_reservations++; at > i; at--) {
		struct memmap_reservation before = map->reservations[at - 1];

		map->reservations[at] = before;
	}
	map->reservations[at] = new;
}

void memmap_reserve(struct memmap *map, uint64_t start, uint64_t end, const char *name)
{
	const struct memmap_reservation *other;

	if (start > end)
		panic("memory map: reservation '%s' ends before it starts: 0x%lx..0x%lx", name,
		      (unsigned long)start, (unsigned long)end);
	end = MIN(end, MEMMAP_PHYS_END); /* nothing is there, and ends can be rounded up */
	if (start >= end)
		return;
	other = find_reservation(map, start, end);
	if (other)
		panic("memory map: '%s' 0x%lx..0x%lx overlaps '%s' 0x%lx..0x%lx", name,
		      (unsigned long)start, (unsigned long)end, other->name,
		      (unsigned long)other->start, (unsigned long)other->end);
	insert_reservation(map, (struct memmap_reservation){start, end, name});
}

void memmap_release(struct memmap *map, uint64_t start, uint64_t end)
{
	uint32_t i = reservation_after(map, start);

	if (i >= map->n_reservations || map->reservations[i].start != start ||
	    map->reservations[i].end != end)
		panic("memory map: nothing reserved as 0x%lx..0x%lx", (unsigned long)start,
		      (unsigned long)end);
	for (map->n_reservations--; i < map->n_reservations; i++) {
		struct memmap_reservation next = map->reservations[i + 1];

		map->reservations[i] = next;
	}
}

const char *memmap_reserved_by(const struct memmap *map, uint64_t start, uint64_t end)
{
	const struct memmap_reservation *found = find_reservation(map, start, end);

	return found ? found->name : NULL;
}

/* Shrink [*start, *end) to its first part without reserved pages; empty when there is none. */
static void first_unreserved(const struct memmap *map, uint64_t *start, uint64_t *end)
{
	uint32_t i;

	for (i = reservation_after(map, *start); i < map->n_reservations && *start < *end; i++) {
		const struct memmap_reservation *r = &map->reservations[i];
		uint64_t first = ALIGN_DOWN(r->start, PAGE_SIZE);

		if (first >= *end)
			return;
		if (first > *start) {
			*end = first;
			return;
		}
		*start = ALIGN_UP(r->end, PAGE_SIZE);
	}
}

bool memmap_next_free(const struct memmap *map, uint64_t *cursor, uint64_t *start, uint64_t *end)
{
	while (memmap_next_usable(map, cursor, start, end)) {
		first_unreserved(map, start, end);
		if (*start >= *end)
			continue;
		*cursor = *end;
		return true;
	}
	return false;
}

/* Reserve [start, end) for boot tables, as a part of such a reservation that it touches. */
static void reserve_boot_tables(struct memmap *map, uint64_t start, uint64_t end)
{
	uint32_t i;

	for (i = 0; i < map->n_reservations; i++) {
		struct memmap_reservation *r = &map->reservations[i];

		if (r->name == boot_tables && r->end == start) {
			r->end = end;
			return;
		}
		if (r->name == boot_tables && r->start == end) {
			r->start = start;
			return;
		}
	}
	insert_reservation(map, (struct memmap_reservation){start, end, boot_tables});
}

paddr_t memmap_alloc(struct memmap *map, uint64_t size, uint64_t align, uint64_t below)
{
	uint64_t cursor = ALLOC_START;
	uint64_t start;
	uint64_t end;

	ASSERT(size > 0 && size <= MEMMAP_PHYS_END && align <= MEMMAP_PHYS_END &&
	       (align & (align - 1)) == 0);
	size = ALIGN_UP(size, PAGE_SIZE);
	align = MAX(align, PAGE_SIZE);
	while (memmap_next_free(map, &cursor, &start, &end)) {
		start = ALIGN_UP(start, align);
		end = MIN(end, below);
		if (start >= end || end - start < size)
			continue;
		reserve_boot_tables(map, start, start + size);
		return PADDR(start);
	}
	return PADDR(0);
}

paddr_t memmap_alloc_low(struct memmap *map, uint64_t size, const char *name)
{
	uint64_t cursor = 0;
	uint64_t found = 0;
	uint64_t start;
	uint64_t end;

	ASSERT(size > 0 && size <= LOW_MEMORY_END);
	size = ALIGN_UP(size, PAGE_SIZE);
	while (memmap_next_free(map, &cursor, &start, &end) && start < LOW_MEMORY_END) {
		end = MIN(end, LOW_MEMORY_END);
		if (end - start >= size)
			found = end - size;
	}
	if (found)
		memmap_reserve(map, found, found + size, name);
	return PADDR(found);
}
