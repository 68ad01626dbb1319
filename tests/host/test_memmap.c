// sources: kernel/mm/memmap.c kernel/mm/memmap_reserve.c kernel/mm/memmap_query.c
// sources: kernel/lib/fmt.c kernel/lib/string.c
// sources: tests/host/memmap_model.c tests/host/host_panic.c tests/host/told.c
/* The memory map: odd firmware maps case by case, then random ones against the entries. */
#include "host_test.h"

#include "host_panic.h"
#include "memmap_model.h"
#include "seed.h"
#include "told.h"

#define USABLE	 MEMMAP_USABLE
#define RESERVED MEMMAP_RESERVED
#define RECLAIM	 MEMMAP_ACPI_RECLAIM

static struct memmap map;
static struct memmap_model model;

static void add(uint64_t base, uint64_t length, uint32_t type)
{
	assert_true(model.n < MODEL_ENTRIES);
	model.entries[model.n++] = (struct memmap_entry){base, length, type};
}

static void build(void)
{
	told_reset();
	memmap_model_build(&map, &model, NULL, NULL);
	memmap_model_build(&map, &model, told, NULL);
	memmap_model_check(&map, &model);
	model.n = 0;
}

static void expect(uint32_t i, uint64_t start, uint64_t end, enum memmap_type type)
{
	assert_true(i < map.n_ranges);
	assert_int_equal(map.ranges[i].start, start);
	assert_int_equal(map.ranges[i].end, end);
	assert_int_equal(map.ranges[i].type, type);
}

/* A PC of 256 MiB. */
static void build_pc(void)
{
	add(0, 0x9fc00, USABLE);
	add(0x9fc00, 0x400, RESERVED);
	add(0xf0000, 0x10000, RESERVED);
	add(0x100000, 0xfee0000, USABLE);
	add(0xffe0000, 0x20000, RESERVED);
	add(0xfffc0000, 0x40000, RESERVED);
	build();
}

static void empty_map(void **state)
{
	struct memmap_totals totals;
	uint64_t cursor = 0;
	uint64_t start;
	uint64_t end;

	(void)state;
	build();
	assert_int_equal(map.n_ranges, 0);
	assert_false(memmap_next_free(&map, &cursor, &start, &end));
	assert_int_equal(memmap_ram_end(&map), 0);
	memmap_totals(&map, &totals);
	assert_int_equal(totals.total, 0);
	assert_int_equal(memmap_alloc(&map, 4096, 4096, UINT64_MAX).raw, 0);
	assert_int_equal(memmap_alloc_low(&map, 4096, "low").raw, 0);
}

static void a_pc(void **state)
{
	struct memmap_totals totals;

	(void)state;
	build_pc();
	assert_int_equal(map.n_ranges, 6);
	expect(0, 0, 0x9f000, USABLE);
	expect(1, 0x9f000, 0xa0000, RESERVED);
	expect(3, 0x100000, 0xffe0000, USABLE);
	memmap_totals(&map, &totals);
	assert_int_equal(totals.total, 0x9f000 + 0xfee0000);
	assert_int_equal(totals.reserved, 0x1000);
	assert_int_equal(memmap_ram_end(&map), 0xffe0000);
	assert_string_equal(memmap_reserved_by(&map, 0xfff, 0x1000), "frame 0");
	assert_null(memmap_reserved_by(&map, 0x1000, 0x2000));
	assert_int_equal(told_count(), 0);
}

static void unsorted_and_overlapping(void **state)
{
	(void)state;
	add(0x200000, 0x100000, USABLE);
	add(0x280000, 0x1000, RESERVED);
	add(0x100000, 0x180000, USABLE);
	add(0x2ff000, 0x2000, 77);
	add(0x240000, 0x1000, RECLAIM);
	add(0x240000, 0x1000, USABLE);
	add(0x250000, 0x1000, MEMMAP_BAD);
	add(0x250000, 0x1000, MEMMAP_ACPI_NVS);
	build();
	expect(0, 0x100000, 0x240000, USABLE);
	expect(1, 0x240000, 0x241000, RECLAIM);
	expect(3, 0x250000, 0x251000, MEMMAP_BAD);
	expect(5, 0x280000, 0x281000, RESERVED);
	expect(6, 0x281000, 0x2ff000, USABLE);
	expect(7, 0x2ff000, 0x301000, RESERVED);
}

static void unaligned(void **state)
{
	(void)state;
	add(0x1800, 0x1000, USABLE); /* these two together hold one page more than each alone */
	add(0x2800, 0x1000, USABLE);
	add(0x5001, 0x1ffe, USABLE); /* no whole page */
	add(0x8800, 0x100, RESERVED);
	add(0x8900, 0x100, RECLAIM);
	add(0x8a00, 0x1700, RESERVED);
	build();
	assert_int_equal(map.n_ranges, 2);
	expect(0, 0x2000, 0x3000, USABLE);
	expect(1, 0x8000, 0xb000, RESERVED);
}

static void empty_and_wrapping(void **state)
{
	(void)state;
	add(0x1000, 0, USABLE);
	add(0x10000, 0x10000, USABLE);
	add(0xfffffffffffff000, 0x2000, USABLE);
	add(0xfffffffffffff000, 0x2000, RECLAIM);
	add(0x18000, UINT64_MAX, RESERVED);
	build();
	assert_int_equal(map.n_ranges, 2);
	expect(0, 0x10000, 0x18000, USABLE);
	expect(1, 0x18000, MEMMAP_PHYS_END, RESERVED);
	assert_true(told_has("entry 0 is empty"));
	assert_true(told_has("entry 2, 0xfffffffffffff000+0x2000, wraps"));
}

/* The last byte of the address space does not wrap. */
static void up_to_the_end(void **state)
{
	(void)state;
	add(0x10000, 0x10000, USABLE);
	add(0xfffffffffffff000, 0x1000, RESERVED);
	add(0x14000, 0 - 0x14000ULL, RESERVED);
	build();
	expect(0, 0x10000, 0x14000, USABLE);
	assert_int_equal(told_count(), 0);
}

static void beyond_the_direct_map(void **state)
{
	struct memmap_totals totals;

	(void)state;
	add(TIB(63), TIB(2), USABLE);
	add(TIB(70), GIB(1), RECLAIM);
	add(TIB(100), TIB(1), USABLE);
	build();
	assert_int_equal(map.n_ranges, 1);
	expect(0, TIB(63), TIB(64), USABLE);
	memmap_totals(&map, &totals);
	assert_int_equal(totals.total, TIB(3) + GIB(1));
	assert_int_equal(totals.usable, TIB(1));
	assert_true(told_has("above 64 TiB ignored"));
}

static void limited(void **state)
{
	struct memmap_totals totals;

	(void)state;
	add(0x1000, 0x4000, USABLE);
	add(0x6000, 0x1000, RECLAIM);
	add(0x7000, 0x4000, USABLE);
	add(0x20000, 0x4000, USABLE);
	build();
	memmap_limit(&map, 0x9fff);
	assert_int_equal(map.n_ranges, 3);
	expect(2, 0x7000, 0x9000, USABLE);
	memmap_totals(&map, &totals);
	assert_int_equal(totals.total, 0xc000);
	assert_int_equal(totals.usable, 0x6000);
	memmap_limit(&map, 0);
	assert_int_equal(map.n_ranges, 1);
	expect(0, 0x6000, 0x7000, RECLAIM);
}

static void many_entries(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < MEMMAP_ENTRIES; i++)
		add(MIB(1) + i * 0x1000, 0x1000, USABLE);
	add(MIB(256), MIB(1), USABLE);
	add(MIB(2), 0x1000, RESERVED);
	build();
	assert_int_equal(map.n_ranges, 3);
	expect(0, MIB(1), MIB(2), USABLE);
	expect(2, MIB(2) + 0x1000, MIB(1) + MEMMAP_ENTRIES * 0x1000UL, USABLE);
	assert_true(told_has("more than 1024 entries; 1 of RAM ignored"));
}

/* More usable ranges than there is room for: the largest stay. */
static void many_ranges(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < 400; i++)
		add(MIB(i + 1), (i % 200 + 1) * 0x1000, USABLE);
	build();
	assert_int_equal(map.n_ranges, MEMMAP_RANGES);
	for (uint32_t i = 0; i < map.n_ranges; i++)
		assert_true(map.ranges[i].end - map.ranges[i].start >= 72 * 0x1000);
	assert_true(map.lost > 0);
	assert_true(told_has("more than 256 ranges"));
}

/* Reserved entries for which there is no room still make holes. */
static void many_holes(void **state)
{
	(void)state;
	add(MIB(1), MIB(64), USABLE);
	for (uint32_t i = 0; i < 500; i++)
		add(MIB(2) + i * KIB(64), 0x1000, RESERVED);
	build();
	assert_true(map.n_ranges == MEMMAP_RANGES);
	assert_true(map.lost > 0);
}

static void reservations(void **state)
{
	uint64_t cursor = 0;
	uint64_t start;
	uint64_t end;

	(void)state;
	build_pc();
	memmap_reserve(&map, 0x200000, 0x345678, "image");
	memmap_reserve(&map, 0x345678, 0x345679, "info");
	memmap_reserve(&map, 0x5000, 0x5000, "empty");
	memmap_reserve(&map, 0xb8000, 0xb9000, "screen");
	memmap_reserve(&map, MEMMAP_PHYS_END, MEMMAP_PHYS_END + 1, "beyond");
	memmap_reserve(&map, 0xfffffffffffff, UINT64_MAX, "end");
	EXPECT_PANIC(memmap_reserve(&map, 0x345000, 0x346000, "module"), "'module' 0x345000");
	EXPECT_PANIC(memmap_reserve(&map, 0x345678, 0x345679, "x"), "overlaps 'info'");
	EXPECT_PANIC(memmap_reserve(&map, 0x1fffff, 0x200001, "x"), "overlaps 'image'");
	EXPECT_PANIC(memmap_reserve(&map, 2, 1, "x"), "ends before it starts");
	assert_string_equal(memmap_reserved_by(&map, 0x340000, 0x346000), "image");
	assert_true(memmap_next_free(&map, &cursor, &start, &end));
	assert_int_equal(start, 0x1000);
	assert_int_equal(end, 0x9f000);
	assert_true(memmap_next_free(&map, &cursor, &start, &end));
	assert_int_equal(start, 0x100000);
	assert_int_equal(end, 0x200000);
	assert_true(memmap_next_free(&map, &cursor, &start, &end));
	assert_int_equal(start, 0x346000);
	assert_int_equal(end, 0xffe0000);
	assert_false(memmap_next_free(&map, &cursor, &start, &end));
	EXPECT_PANIC(memmap_release(&map, 0x200000, 0x345679), "nothing reserved");
	EXPECT_PANIC(memmap_release(&map, 0x200001, 0x345678), "nothing reserved");
	memmap_release(&map, 0x200000, 0x345678);
	assert_null(memmap_reserved_by(&map, 0x200000, 0x345678));
	EXPECT_PANIC(memmap_release(&map, MEMMAP_PHYS_END, MEMMAP_PHYS_END + 1), "nothing");
}

static void too_many_reservations(void **state)
{
	(void)state;
	build_pc();
	for (uint64_t i = 1; i < MEMMAP_RESERVATIONS; i++)
		memmap_reserve(&map, MIB(i), MIB(i) + 1, "one");
	EXPECT_PANIC(memmap_reserve(&map, MIB(100), MIB(101), "last"), "no room for reservation");
}

static void early_allocation(void **state)
{
	(void)state;
	build_pc();
	memmap_reserve(&map, 0x200000, 0x300000, "image");
	assert_int_equal(memmap_alloc(&map, 1, 1, UINT64_MAX).raw, 0x100000);
	assert_int_equal(memmap_alloc(&map, 0x1001, 0x1000, UINT64_MAX).raw, 0x101000);
	assert_int_equal(map.n_reservations, 3); /* they are one */
	assert_int_equal(memmap_alloc(&map, 0x1000, 0x200000, UINT64_MAX).raw, 0x400000);
	assert_int_equal(memmap_alloc(&map, 0x100000, 0x1000, UINT64_MAX).raw, 0x300000);
	assert_int_equal(map.n_reservations, 4);
	assert_int_equal(memmap_alloc(&map, 0xfe000, 0x1000, 0x200000).raw, 0);
	assert_int_equal(memmap_alloc(&map, 0xfd000, 0x1000, 0x200000).raw, 0x103000);
	assert_int_equal(memmap_alloc(&map, 0x1000, 0x1000, 0x401000).raw, 0);
	assert_int_equal(memmap_alloc(&map, GIB(1), 0x1000, UINT64_MAX).raw, 0);
	EXPECT_PANIC((void)memmap_alloc(&map, 0, 0x1000, UINT64_MAX), "ASSERT");
	EXPECT_PANIC((void)memmap_alloc(&map, 1, 0x3000, UINT64_MAX), "ASSERT");
}

static void low_allocation(void **state)
{
	(void)state;
	build_pc();
	assert_int_equal(memmap_alloc_low(&map, 4096, "trampoline").raw, 0x9e000);
	assert_int_equal(memmap_alloc_low(&map, 8192, "more").raw, 0x9c000);
	assert_string_equal(memmap_reserved_by(&map, 0x9e000, 0x9f000), "trampoline");
	assert_int_equal(memmap_alloc_low(&map, KIB(640), "all").raw, 0);
	EXPECT_PANIC((void)memmap_alloc_low(&map, 0, "none"), "ASSERT");
	/* Where conventional memory goes on above 640 KiB, that part is not used. */
	add(0, MIB(1), USABLE);
	build();
	assert_int_equal(memmap_alloc_low(&map, 4096, "trampoline").raw, 0x9f000);
}

static void ram_is_not_mmio(void **state)
{
	(void)state;
	build_pc();
	assert_true(memmap_overlaps_ram(&map, 0x9e000, 0x9f000));
	assert_false(memmap_overlaps_ram(&map, 0x9f000, 0x100000));
	assert_true(memmap_overlaps_ram(&map, 0x9f000, 0x100001));
	assert_false(memmap_overlaps_ram(&map, 0xfec00000, 0xfec01000));
}

static void names_of_types(void **state)
{
	(void)state;
	for (int type = MEMMAP_USABLE; type <= MEMMAP_BAD; type++)
		assert_string_not_equal(memmap_type_name((enum memmap_type)type), "unknown");
	assert_string_equal(memmap_type_name((enum memmap_type)0), "unknown");
	assert_string_equal(memmap_type_name((enum memmap_type)6), "unknown");
}

static uint64_t random_address(uint64_t *rnd)
{
	uint64_t addr = test_random(rnd) % MIB(2);

	if (test_random(rnd) % 2)
		addr = ALIGN_DOWN(addr, PAGE_SIZE);
	if (test_random(rnd) % 16 == 0)
		addr += TIB(64) - MIB(1);
	if (test_random(rnd) % 32 == 0)
		addr = 0 - addr;
	return addr;
}

/* Few entries, or more than the table holds; then reservations and allocations in what remains. */
static void random_maps(void **state)
{
	uint64_t rnd = test_seed("random_maps", 4711);

	(void)state;
	for (int round = 0; round < 1500; round++) {
		uint32_t n = (uint32_t)(test_random(&rnd) % (round % 10 ? 12 : 600));

		model.n = 0;
		while (model.n < n)
			add(random_address(&rnd), random_address(&rnd) >> test_random(&rnd) % 8,
			    (uint32_t)(test_random(&rnd) % 3 ? 1 : test_random(&rnd) % 7));
		memmap_model_build(&map, &model, told, NULL);
		memmap_model_check(&map, &model);
		for (int i = 0; i < 20; i++) {
			uint64_t start = test_random(&rnd) % MIB(2);
			uint64_t end = start + test_random(&rnd) % KIB(32);

			if (!memmap_reserved_by(&map, start, end))
				memmap_reserve(&map, start, end, "random");
			(void)memmap_alloc(&map, test_random(&rnd) % KIB(16) + 1,
					   PAGE_SIZE << test_random(&rnd) % 4, UINT64_MAX);
		}
		memmap_model_check(&map, &model);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(empty_map),
		cmocka_unit_test(a_pc),
		cmocka_unit_test(unsorted_and_overlapping),
		cmocka_unit_test(unaligned),
		cmocka_unit_test(empty_and_wrapping),
		cmocka_unit_test(up_to_the_end),
		cmocka_unit_test(beyond_the_direct_map),
		cmocka_unit_test(limited),
		cmocka_unit_test(many_entries),
		cmocka_unit_test(many_ranges),
		cmocka_unit_test(many_holes),
		cmocka_unit_test(reservations),
		cmocka_unit_test(too_many_reservations),
		cmocka_unit_test(early_allocation),
		cmocka_unit_test(low_allocation),
		cmocka_unit_test(ram_is_not_mmio),
		cmocka_unit_test(names_of_types),
		cmocka_unit_test(random_maps),
	};

	return cmocka_run_group_tests_name("memmap", tests, NULL, NULL);
}
