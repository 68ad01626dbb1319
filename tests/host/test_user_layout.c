// sources: kernel/mm/user_layout.c kernel/lib/cmdline.c kernel/lib/string.c
/* Where a program's parts lie: inside the ranges, spread over them, and never in each other. */
#include "host_test.h"

#include "arch/x86_64/layout.h"
#include "core/random.h"
#include "mm/user_layout.h"

#define ROUNDS	     200000
#define BUCKETS	     16
#define STACK_GUARD  MIB(1)
#define SMALL_LIMIT  MIB(8)
#define STACK_RANDOM (PAGE_SIZE << LAYOUT_STACK_BITS)
#define MMAP_RANDOM  (PAGE_SIZE << LAYOUT_MMAP_BITS)

static uint64_t seed = 0x243f6a8885a308d3;
static bool all_ones;

uint64_t random_u64(void)
{
	return all_ones ? UINT64_MAX : test_random(&seed);
}

static void check(const struct user_layout *at, uint64_t stack_limit)
{
	uint64_t room = MAX(stack_limit + STACK_GUARD, MIB(128));

	assert_true(at->stack_top <= USER_END && at->stack_top > USER_END - STACK_RANDOM);
	assert_true(at->stack_skip < KIB(8) && at->stack_skip % LAYOUT_SKIP_UNIT == 0);
	assert_true(at->brk_skip < MIB(32));
	assert_true(at->pie_base >= LAYOUT_PIE_LOWEST);
	assert_true(at->pie_base < LAYOUT_PIE_LOWEST + MMAP_RANDOM);
	assert_true((at->stack_top | at->brk_skip | at->pie_base | at->mmap_top) % PAGE_SIZE == 0);
	/* The stack can grow to its limit, and a guard is left. */
	assert_true(at->mmap_top <= USER_END - room);
	assert_true(at->mmap_top + stack_limit + STACK_GUARD <= at->stack_top);
	assert_true(at->mmap_top > USER_END - room - STACK_RANDOM - MMAP_RANDOM - PAGE_SIZE);
}

/* Each sixteenth of the range has about a sixteenth of the places. */
static void check_spread(const unsigned counts[BUCKETS])
{
	for (unsigned i = 0; i < BUCKETS; i++) {
		assert_true(counts[i] > ROUNDS / BUCKETS * 9 / 10);
		assert_true(counts[i] < ROUNDS / BUCKETS * 11 / 10);
	}
}

static void places_are_spread(void **state)
{
	static unsigned stack[BUCKETS], skip[BUCKETS], mmap[BUCKETS], pie[BUCKETS], brk[BUCKETS];
	struct user_layout at;

	(void)state;
	for (unsigned i = 0; i < ROUNDS; i++) {
		user_layout_choose(&at, SMALL_LIMIT, false);
		check(&at, SMALL_LIMIT);
		stack[(USER_END - at.stack_top) / (STACK_RANDOM / BUCKETS)]++;
		skip[at.stack_skip / (KIB(8) / BUCKETS)]++;
		mmap[(USER_END - STACK_RANDOM - MIB(9) - at.mmap_top) / (MMAP_RANDOM / BUCKETS)]++;
		pie[(at.pie_base - LAYOUT_PIE_LOWEST) / (MMAP_RANDOM / BUCKETS)]++;
		brk[at.brk_skip / (MIB(32) / BUCKETS)]++;
	}
	check_spread(stack);
	check_spread(skip);
	check_spread(mmap);
	check_spread(pie);
	check_spread(brk);
}

/* Even the lowest stack, with any limit, stays clear of mappings; these stay above MMAP_LOWEST. */
static void every_limit_leaves_room(void **state)
{
	static const uint64_t limits[] = {0,	    1,	    PAGE_SIZE, MIB(8), MIB(127) + 5,
					  MIB(128), GIB(1), GIB(64),   TIB(1), TIB(90)};
	struct user_layout at;

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(limits); i++) {
		all_ones = true;
		user_layout_choose(&at, limits[i], false);
		check(&at, limits[i]);
		all_ones = false;
		user_layout_choose(&at, limits[i], false);
		check(&at, limits[i]);
	}
}

/* As on Linux no more than five sixths are left to a stack. */
static void no_limit_leaves_a_sixth(void **state)
{
	static const uint64_t limits[] = {TIB(120), UINT64_MAX - 1, UINT64_MAX};
	struct user_layout at;

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(limits); i++) {
		user_layout_choose(&at, limits[i], true);
		assert_true(at.mmap_top > USER_END / 6 - PAGE_SIZE &&
			    at.mmap_top < USER_END / 6 + PAGE_SIZE);
		user_layout_choose(&at, limits[i], false);
		assert_true(at.mmap_top > USER_END / 6 - MMAP_RANDOM && at.mmap_top < USER_END / 5);
	}
}

static void check_fixed(bool fixed)
{
	struct user_layout at;

	user_layout_choose(&at, SMALL_LIMIT, fixed);
	assert_true(at.stack_top == USER_END && at.mmap_top == USER_END - MIB(128));
	assert_true(at.pie_base == LAYOUT_PIE_LOWEST && !at.stack_skip && !at.brk_skip);
}

static void places_can_be_fixed(void **state)
{
	struct user_layout at;

	(void)state;
	check_fixed(true);
	user_layout_init("quiet norandmaps");
	check_fixed(false);
	user_layout_init("quiet norandmapsx");
	user_layout_choose(&at, SMALL_LIMIT, false);
	assert_true(at.pie_base != LAYOUT_PIE_LOWEST);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(places_are_spread),
		cmocka_unit_test(every_limit_leaves_room),
		cmocka_unit_test(no_limit_leaves_a_sixth),
		cmocka_unit_test(places_can_be_fixed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
