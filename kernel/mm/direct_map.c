#include "mm/direct_map.h"

#include "arch/x86_64/image.h"
#include "arch/x86_64/mtrr.h"
#include "lib/upcall.h"
#include "mm/kmap.h"
#include "mm/phys.h"

#define INIT_END  GIB(4)
#define SLOT_SIZE (1ULL << 39)

static const struct memmap *map;
static uint64_t mapped_to; /* all RAM below this address is mapped */

/* The largest level whose page at `pa` lies below `end` and has one memory type (SDM 3A 12.11.9).
 */
static int uniform_level(uint64_t pa, uint64_t end)
{
	for (int level = 3; level > 1; level--) {
		uint64_t size = level_size(level);

		if (IS_ALIGNED(pa, size) && size <= end - pa && mtrr_is_uniform(pa, size))
			return level;
	}
	return 1;
}

/*
 * How far RAM from `start` on can be mapped by pages of `level` in one go: to the end of the table,
 * if all of it has one memory type; otherwise to where a larger page may begin, or by one page.
 */
static uint64_t run_end(uint64_t start, uint64_t end, int level)
{
	uint64_t table = MIN(ALIGN_DOWN(start, level_size(level + 1)) + level_size(level + 1), end);
	uint64_t whole = ALIGN_DOWN(table, level_size(level));

	if (level == 1)
		return table;
	if (level == 2 && mtrr_is_uniform(start, whole - start))
		return whole;
	return start + level_size(level);
}

/* Map RAM [start, end) in pieces of the largest page that has one memory type. */
static bool map_ram(uint64_t start, uint64_t end, pte_t flags)
{
	while (start < end) {
		int level = uniform_level(start, end);
		uint64_t next = run_end(start, end, level);

		if (kmap_range(PHYS_OFFSET + start, PADDR(start), next - start, flags, level))
			return false;
		start = next;
		mapped_to = MAX(mapped_to, next);
	}
	return true;
}

/* The part of [start, end) that lies in [low, high). */
static bool map_part(uint64_t start, uint64_t end, uint64_t low, uint64_t high, pte_t flags)
{
	start = MAX(start, low);
	end = MIN(end, high);
	return start >= end || map_ram(start, end, flags);
}

void direct_map_init(const struct memmap *the_map)
{
	uint64_t read_only = image_to_phys(text_start).raw;
	uint64_t writable = image_to_phys(rodata_end).raw;
	uint64_t cursor = 0, start, end;
	bool ok = true;

	map = the_map;
	while (memmap_next_ram(map, &cursor, &start, &end)) {
		for (uint64_t at = start; at < end; at = ALIGN_DOWN(at, SLOT_SIZE) + SLOT_SIZE)
			ok = ok && kmap_slot(PHYS_OFFSET + at) == 0;
		end = MIN(end, INIT_END);
		ok = ok && map_part(start, end, 0, read_only, KMAP_RW) &&
		     map_part(start, end, read_only, writable, KMAP_RO) &&
		     map_part(start, end, writable, INIT_END, KMAP_RW);
	}
	if (!ok)
		panic("no memory for the tables of the direct map");
	mapped_to = INIT_END;
}

bool direct_map_extend(uint64_t start, uint64_t end)
{
	uint64_t cursor = MAX(start, mapped_to), ram_start, ram_end;

	while (cursor < end && memmap_next_ram(map, &cursor, &ram_start, &ram_end)) {
		uint64_t stop = end;

		/* A whole block of RAM is mapped at once, also the part that comes online later. */
		if (uniform_level(ALIGN_DOWN(ram_start, GIB(1)), ram_end) == 3)
			stop = ALIGN_DOWN(ram_start, GIB(1)) + GIB(1);
		stop = MIN(MAX(stop, ALIGN_UP(end, level_size(2))), ram_end);
		if (ram_start >= stop)
			break;
		/* What was mapped of it before memory ran out stays, for the next attempt. */
		if (!map_ram(MAX(ram_start, mapped_to), stop, KMAP_RW))
			return false;
		cursor = mapped_to = stop;
	}
	return true;
}
