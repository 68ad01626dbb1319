// sources: kernel/mm/memmap.c kernel/mm/memmap_reserve.c kernel/mm/memmap_query.c
// options: -eva-precision 3 -eva-plevel 400
/*
 * The memory map under whatever firmware says: any number of entries with any contents, then any
 * number of calls of its functions with any arguments, in any order.
 */
#include "eva.h"
#include "mm/memmap.h"

static struct memmap map;

static bool any_entry(void *ctx, uint32_t index, struct memmap_entry *entry)
{
	(void)ctx;
	(void)index;
	if (any_bool())
		return false;
	*entry = (struct memmap_entry){any_u64(), any_u64(), any_u32()};
	return true;
}

static void ask(void)
{
	struct memmap_totals totals;
	uint64_t cursor = any_u64();
	uint64_t start;
	uint64_t end;

	switch (any_u32()) {
	case 0:
		(void)memmap_next_usable(&map, &cursor, &start, &end);
		break;
	case 1:
		(void)memmap_next_ram(&map, &cursor, &start, &end);
		break;
	case 2:
		(void)memmap_next_free(&map, &cursor, &start, &end);
		break;
	case 3:
		(void)memmap_ram_end(&map);
		break;
	case 4:
		(void)memmap_overlaps_ram(&map, any_u64(), any_u64());
		break;
	case 5:
		(void)memmap_reserved_by(&map, any_u64(), any_u64());
		break;
	case 6:
		(void)memmap_type_name((enum memmap_type)any_u32());
		break;
	default:
		memmap_totals(&map, &totals);
		break;
	}
}

static void change(void)
{
	switch (any_u32()) {
	case 0:
		memmap_reserve(&map, any_u64(), any_u64(), "any");
		break;
	case 1:
		memmap_release(&map, any_u64(), any_u64());
		break;
	case 2:
		(void)memmap_alloc(&map, any_u64(), any_u64(), any_u64());
		break;
	case 3:
		(void)memmap_alloc_low(&map, any_u64(), "any");
		break;
	default:
		memmap_limit(&map, any_u64());
		break;
	}
}

int main(void)
{
	struct memmap_source source = {any_entry, NULL};

	memmap_build(&map, &source, any_tell, NULL);
	/*@ loop invariant map.n_ranges <= MEMMAP_RANGES;
	    loop invariant map.n_reservations <= MEMMAP_RESERVATIONS; */
	while (any_bool()) {
		if (any_bool())
			ask();
		else
			change();
	}
	return 0;
}
