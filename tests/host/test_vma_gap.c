// sources: kernel/mm/vma.c kernel/mm/vma_gap.c kernel/mm/vma_change.c kernel/lib/rbtree.c
// sources: tests/host/vma_model.c tests/host/host_panic.c
/* Gaps of the vma tree: where an area is placed, and how a stack keeps its distance. */
#include "host_test.h"

#include "abi/mman.h"
#include "lib/addr.h"
#include "vma_model.h"

static void gaps(void **state)
{
	uint64_t low = model_addr(0);
	uint64_t high = model_addr(100);

	(void)state;
	model_reset();
	model_map(90, 5, RW, 0, 0, 0);
	model_map(70, 10, PROT_READ, 0, 0, 0);
	model_map(20, 40, RW, 0, 0, 0);
	model_map(200, 10, RW, 0, 0, 0);
	assert_int_equal(model_find_gap(5 * PAGE_SIZE, PAGE_SIZE, low, high), model_addr(95));
	assert_int_equal(model_find_gap(6 * PAGE_SIZE, PAGE_SIZE, low, high), model_addr(84));
	assert_int_equal(model_find_gap(10 * PAGE_SIZE, PAGE_SIZE, low, high), model_addr(80));
	assert_int_equal(model_find_gap(11 * PAGE_SIZE, PAGE_SIZE, low, high), model_addr(9));
	assert_int_equal(model_find_gap(20 * PAGE_SIZE, PAGE_SIZE, low, high), model_addr(0));
	assert_int_equal(model_find_gap(21 * PAGE_SIZE, PAGE_SIZE, low, high), 0);
	assert_int_equal(model_find_gap(PAGE_SIZE, PAGE_SIZE, low, model_addr(95)), model_addr(89));
	assert_int_equal(model_find_gap(PAGE_SIZE, PAGE_SIZE, model_addr(20), model_addr(60)), 0);
	assert_int_equal(model_find_gap(PAGE_SIZE, PAGE_SIZE, low, low), 0);
	assert_int_equal(model_find_gap(0, PAGE_SIZE, low, high), 0);
	assert_int_equal(model_find_gap(UINT64_MAX, PAGE_SIZE, low, high), 0);
	assert_int_equal(model_find_gap(0 - PAGE_SIZE, 2 * PAGE_SIZE, low, UINT64_MAX), 0);
	assert_int_equal(model_find_gap(2 * PAGE_SIZE, 4 * PAGE_SIZE, low, high), model_addr(96));
	assert_int_equal(model_find_gap(PAGE_SIZE, PAGE_SIZE, low, model_addr(300)),
			 model_addr(299));
	model_destroy();
}

static void stacks(void **state)
{
	struct vma *stack;
	const uint64_t guard = VMA_STACK_GUARD / PAGE_SIZE;

	(void)state;
	model_reset();
	model_map(400, 2, RW, VMA_GROWSDOWN, 0, 0);
	stack = model_tree.first;
	/* Nothing is placed in the guard. */
	assert_int_equal(model_find_gap(PAGE_SIZE, PAGE_SIZE, model_addr(0), model_addr(400)),
			 model_addr(400 - guard - 1));
	model_map(100, 1, RW, 0, 0, 0);
	assert_false(vma_grow_down(&model_tree, stack, model_addr(400)));
	assert_false(vma_grow_down(&model_tree, stack, model_addr(100)));
	assert_false(vma_grow_down(&model_tree, stack, model_addr(100 + guard)));
	assert_true(vma_grow_down(&model_tree, stack, model_addr(101 + guard)));
	for (uint64_t page = 101 + guard; page < 400; page++)
		model_pages[page] = model_pages[400];
	model_check();
	/* What cannot be accessed is no danger. */
	model_protect(100, 1, PROT_NONE);
	assert_true(vma_grow_down(&model_tree, stack, model_addr(101)));
	for (uint64_t page = 101; page < 101 + guard; page++)
		model_pages[page] = model_pages[400];
	model_check();
	model_destroy();
}

/* Gaps are kept only up to 1 TiB, and larger ones are found nevertheless. */
static void huge_gaps(void **state)
{
	struct vma vmas[8];

	(void)state;
	model_reset();
	for (uint64_t i = 0; i < 8; i++) {
		uint64_t start = TIB(4) * (i + 1) + TIB(1) * (i % 3);

		vmas[i] = (struct vma){.start = start, .end = start + PAGE_SIZE};
		vma_append(&model_tree, &vmas[i]);
	}
	/* Their starts, in TiB: 4, 9, 14, 16, 21, 26, 28, 33. */
	assert_int_equal(model_find_gap(TIB(4), PAGE_SIZE, PAGE_SIZE, TIB(33)), TIB(29));
	assert_int_equal(model_find_gap(TIB(4), PAGE_SIZE, PAGE_SIZE, TIB(32)), TIB(22));
	assert_int_equal(model_find_gap(TIB(2) - PAGE_SIZE, PAGE_SIZE, PAGE_SIZE, TIB(28)),
			 TIB(26) + PAGE_SIZE);
	assert_int_equal(model_find_gap(TIB(5) - PAGE_SIZE, PAGE_SIZE, PAGE_SIZE, TIB(26)),
			 TIB(21) + PAGE_SIZE);
	assert_int_equal(model_find_gap(TIB(5), PAGE_SIZE, PAGE_SIZE, TIB(33)), 0);
	assert_int_equal(model_find_gap(TIB(5), PAGE_SIZE, PAGE_SIZE, TIB(40)), TIB(35));
}

static void a_stack_near_zero(void **state)
{
	struct vma vma = {.start = PAGE_SIZE, .end = 3 * PAGE_SIZE, .flags = VMA_GROWSDOWN};

	(void)state;
	model_reset();
	vma_append(&model_tree, &vma);
	assert_int_equal(vma.gap, 0);
}

/* The area above takes the place of one that joins; its max_gap there is what it was elsewhere. */
static void a_gap_goes_with_its_area(void **state)
{
	static const uint64_t order[] = {8, 4, 12, 2, 6, 10, 14, 1, 3, 5, 7, 9, 11, 13, 15};

	(void)state;
	model_reset();
	for (size_t i = 0; i < ARRAY_SIZE(order); i++)
		model_map(2 * order[i] + (order[i] < 14 ? 0 : 4), 1, RW, 0, 0, 0);
	model_map(27, 5, RW, 0, 0, 0); /* between the 13th and the 14th, which are a subtree's */
	assert_int_equal(model_tree.count, 14);
	model_check();
	model_destroy();
}

/* The same where the area above was the only child. */
static void a_gap_goes_with_a_parent(void **state)
{
	static const uint64_t order[] = {8, 4, 12, 2, 6, 10, 14, 1, 3, 5, 7, 9, 11, 15};

	(void)state;
	model_reset();
	for (size_t i = 0; i < ARRAY_SIZE(order); i++)
		model_map(2 * order[i] + (order[i] < 14 ? 0 : 2), 1, RW, 0, 0, 0);
	model_map(25, 5, RW, 0, 0, 0); /* between the 12th and the 14th, its child */
	assert_int_equal(model_tree.count, 13);
	model_check();
	model_destroy();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gaps),
		cmocka_unit_test(stacks),
		cmocka_unit_test(huge_gaps),
		cmocka_unit_test(a_stack_near_zero),
		cmocka_unit_test(a_gap_goes_with_its_area),
		cmocka_unit_test(a_gap_goes_with_a_parent),
	};

	return cmocka_run_group_tests_name("vma_gap", tests, NULL, NULL);
}
