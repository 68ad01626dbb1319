// sources: kernel/mm/buddy.c tests/host/buddy_model.c tests/host/host_panic.c kernel/mm/page.c
/* The buddy allocator: what it promises case by case, then long random sequences. */
#include "host_test.h"

#include <stdlib.h>

#include "buddy_model.h"
#include "host_panic.h"
#include "seed.h"

#define SECTION	      (1UL << 15) /* 128 MiB */
#define OPERATIONS    1000000
#define STEPS_A_ROUND 20000
#define STEPS_A_CHECK 128
#define HIGHEST	      ((1UL << 34) - MODEL_FRAMES)

#define FREED_HERE 0xffffffff80002003

static uint64_t rnd;

static uint64_t below(uint64_t limit)
{
	return test_random(&rnd) % limit;
}

static void empty_zone(void **state)
{
	(void)state;
	model_reset(0);
	model_check();
	assert_false(model_alloc(0));
	assert_int_equal(buddy_largest(&model_zone), -1);
	assert_false(buddy_contains(&model_zone, 1));
}

static void sections_become_one_block(void **state)
{
	(void)state;
	model_reset(0);
	for (pfn_t start = 1UL << 18; start < 2UL << 18; start += SECTION) {
		assert_true(model_add(start, start + SECTION));
		model_check();
	}
	assert_int_equal(model_zone.n_ranges, 1);
	assert_int_equal(buddy_largest(&model_zone), BUDDY_MAX_ORDER);
	assert_int_equal(model_blocks(BUDDY_MAX_ORDER), 1);
}

static void only_heads_are_written(void **state)
{
	unsigned int written = 0;

	(void)state;
	model_reset(0);
	assert_true(model_add(SECTION, 2 * SECTION));
	for (pfn_t pfn = SECTION; pfn < 2 * SECTION; pfn++)
		written += pfn_to_page(pfn)->type != PAGE_TAIL;
	assert_int_equal(written, 1);
}

static void split_and_merge_back(void **state)
{
	(void)state;
	model_reset(HIGHEST);
	assert_true(model_add(0, 1UL << 18));
	for (unsigned int order = 0; order <= BUDDY_MAX_ORDER; order++) {
		assert_true(model_alloc(order));
		model_check();
		model_free(0);
		model_check();
		assert_int_equal(buddy_largest(&model_zone), BUDDY_MAX_ORDER);
	}
	assert_false(model_alloc(BUDDY_MAX_ORDER + 1));
	assert_false(model_alloc(32));
	assert_false(model_alloc(~0U));
}

/* The frames beside a range have no struct page: touching one is a fault. */
static void edges_are_not_crossed(void **state)
{
	(void)state;
	model_reset(0);
	assert_true(model_add(256, 257));
	assert_true(model_add(511, 512));
	assert_true(model_add(1024, 2048 + 256));
	model_check();
	while (model_alloc(0))
		;
	while (model_n_used)
		model_free((unsigned int)below(model_n_used));
	model_check();
	assert_int_equal(model_zone.n_ranges, 3);
}

static void a_gap_is_filled(void **state)
{
	(void)state;
	model_reset(0);
	assert_true(model_add(1024, 1100));
	assert_true(model_add(1200, 2048));
	assert_true(model_add(3000, 3001));
	assert_int_equal(model_zone.n_ranges, 3);
	assert_true(model_add(1100, 1200));
	assert_int_equal(model_zone.n_ranges, 2);
	assert_int_equal(model_blocks(10), 1);
	assert_true(model_add(2048, 3000));
	assert_int_equal(model_zone.n_ranges, 1);
	assert_true(model_add(1000, 1024));
	model_check();
}

static void too_many_ranges(void **state)
{
	pfn_t pfn = 1;

	(void)state;
	model_reset(0);
	for (int i = 0; i < BUDDY_RANGES; i++, pfn += 2)
		assert_true(model_add(pfn, pfn + 1));
	assert_false(model_add(pfn, pfn + 1));
	model_check();
	assert_true(model_add(2, 3)); /* joins two */
	assert_true(model_add(pfn, pfn + 1));
	model_check();
}

static void bad_ranges(void **state)
{
	(void)state;
	model_reset(0);
	model_bad_add(0, 1, "bad frames");
	model_bad_add(5, 5, "bad frames");
	model_bad_add(6, 5, "bad frames");
	assert_true(model_add(100, 200));
	model_bad_add(150, 160, "already");
	model_bad_add(199, 201, "already");
	model_bad_add(99, 101, "already");
	model_bad_add(50, 300, "already");
	model_check();
}

static void bad_frees(void **state)
{
	struct buddy_block block;

	(void)state;
	model_reset(0);
	assert_true(model_add(1024, 2048));
	assert_true(model_alloc(3));
	block = model_used[0];
	model_bad_free(block.pfn, 2, "wrong order 2");
	model_bad_free(block.pfn, 4, "it is of order 3, type 6, owner 0xffffffffffffffff");
	model_bad_free(block.pfn + 1, 0, "is not the head of a block");
	model_bad_free(2048, 3, "foreign frame 0x800");
	model_bad_free(0, 3, "foreign frame");
	model_bad_free(1UL << 33, 3, "foreign frame");
	model_bad_free(block.pfn + 8, 3, "double free");
	model_free(0);
	/* The block has merged into the whole; who freed it is still known. */
	model_bad_free(block.pfn, 3, "freed before by 0xffffffff80002003");
	model_bad_free(block.pfn + 3, 0, "its block of order 10 by 0xffffffff80002003");
	model_check();
}

/* Frees of each block in any order end in the first state again. */
static void everything_comes_back(void **state)
{
	(void)state;
	rnd = test_seed("everything_comes_back", 7);
	model_reset(HIGHEST);
	assert_true(model_add(3, MODEL_FRAMES - 5));
	for (int round = 0; round < 20; round++) {
		while (model_alloc((unsigned int)below(19)))
			;
		model_check();
		while (model_n_used)
			model_free((unsigned int)below(model_n_used));
		model_check();
		assert_int_equal(model_zone.free_frames, MODEL_FRAMES - 8);
		assert_int_equal(model_blocks(BUDDY_MAX_ORDER), 2);
	}
}

/* One random step; sections come online in between, with holes. */
static void step(pfn_t *online)
{
	unsigned int what = (unsigned int)below(100);

	if (what < 2 && *online < MODEL_FRAMES) {
		pfn_t hole = below(4) == 0 ? below(SECTION) : 0;
		pfn_t end = MIN(*online + SECTION, MODEL_FRAMES);

		if (*online + hole<end && * online + hole> 0)
			(void)model_add(*online + hole, end);
		*online = end;
	} else if (what < 55) {
		(void)model_alloc((unsigned int)(below(10) ? below(6) : below(19)));
	} else if (what < 98 && model_n_used) {
		model_free((unsigned int)below(model_n_used));
	} else if (model_n_used) {
		const struct buddy_block *block = &model_used[below(model_n_used)];

		model_bad_free(block->pfn, block->order + 1, "wrong order");
	}
}

/* OPERATIONS=n of the environment makes it longer (or shorter). */
static void random_steps(void **state)
{
	const char *text = getenv("OPERATIONS");
	uint64_t rounds = (text ? strtoull(text, NULL, 0) : OPERATIONS) / STEPS_A_ROUND;
	pfn_t online;

	(void)state;
	rnd = test_seed("random_steps", 42);
	for (uint64_t round = 0; round < rounds; round++) {
		model_reset(round % 2 ? HIGHEST : 0);
		online = 0;
		for (uint64_t i = 0; i < STEPS_A_ROUND; i++) {
			step(&online);
			if (i % STEPS_A_CHECK == 0)
				model_check();
		}
		model_check();
	}
}

static void references(void **state)
{
	struct page *volatile page; /* over EXPECT_PANIC */

	(void)state;
	model_reset(0);
	assert_true(model_add(1024, 2048));
	EXPECT_PANIC(assert_false(page_put(pfn_to_page(1030))), "has no reference");
	page = buddy_alloc(&model_zone, 0, FREED_HERE);
	buddy_free(&model_zone, page, 0, FREED_HERE);
	EXPECT_PANIC(page_get(page), "has no reference");
	page = buddy_alloc(&model_zone, 0, FREED_HERE);
	page_get(page);
	assert_int_equal(page_refs(page), 2);
	assert_false(page_put(page));
	assert_true(page_put(page));
	EXPECT_PANIC(assert_false(page_put(page)), "has no reference");
	page->more_refs = INT32_MAX;
	for (int i = 0; i < 1000; i++)
		page_get(page);
	assert_int_equal(page_refs(page) - 1, (uint32_t)PAGE_REF_STUCK);
	for (int i = 0; i < 1000; i++)
		assert_false(page_put(page));
	assert_int_equal(page_refs(page) - 1, (uint32_t)PAGE_REF_STUCK);
}

static void addresses(void **state)
{
	(void)state;
	model_reset(0);
	assert_int_equal(page_to_paddr(pfn_to_page(0x3ffffffff)).raw, 0x3ffffffff000);
	assert_ptr_equal(paddr_to_page(PADDR(0x5fff)), pfn_to_page(5));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(empty_zone),
		cmocka_unit_test(sections_become_one_block),
		cmocka_unit_test(only_heads_are_written),
		cmocka_unit_test(split_and_merge_back),
		cmocka_unit_test(edges_are_not_crossed),
		cmocka_unit_test(a_gap_is_filled),
		cmocka_unit_test(too_many_ranges),
		cmocka_unit_test(bad_ranges),
		cmocka_unit_test(bad_frees),
		cmocka_unit_test(everything_comes_back),
		cmocka_unit_test(random_steps),
		cmocka_unit_test(references),
		cmocka_unit_test(addresses),
	};

	rnd = 1;
	return cmocka_run_group_tests_name("buddy", tests, NULL, NULL);
}
