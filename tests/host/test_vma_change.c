// sources: kernel/mm/vma.c kernel/mm/vma_gap.c kernel/mm/vma_change.c kernel/lib/rbtree.c
// sources: tests/host/vma_model.c tests/host/host_panic.c
/* Changes of the vma tree: areas join, split, change, and what must not happen. */
#include "host_test.h"

#include "abi/mman.h"
#include "host_panic.h"
#include "vma_model.h"

static void merging(void **state)
{
	(void)state;
	model_reset();
	model_map(10, 2, RW, 0, 0, 0);
	model_map(12, 2, RW, 0, 0, 0); /* grows the one below */
	assert_int_equal(model_tree.count, 1);
	model_map(8, 2, RW, 0, 0, 0); /* grows the one above */
	assert_int_equal(model_tree.count, 1);
	model_map(20, 2, RW, 0, 0, 0);
	model_map(14, 6, RW, 0, 0, 0); /* fills the gap */
	assert_int_equal(model_tree.count, 1);
	model_map(22, 1, PROT_READ, 0, 0, 0);
	model_map(23, 1, PROT_READ, VMA_SHARED, 0, 0);
	assert_int_equal(model_tree.count, 3);
	model_map(24, 2, RW, 0, 1, 100);
	model_map(26, 2, RW, 0, 1, 102);
	model_map(28, 2, RW, 0, 1, 200);
	model_map(30, 2, RW, 0, 2, 202);
	assert_int_equal(model_tree.count, 6);
	model_map(34, 2, RW, 0, 2, 206);
	model_map(32, 2, RW, 0, 2, 204);
	assert_int_equal(model_tree.count, 6);
	model_check();
	model_destroy();
}

static void splitting(void **state)
{
	(void)state;
	model_reset();
	model_map(10, 20, RW, 0, 3, 1000);
	model_unmap(15, 2);
	assert_int_equal(model_tree.count, 2);
	assert_int_equal(vma_find(&model_tree, model_addr(17))->pgoff, 1007);
	model_check();
	model_unmap(10, 1);
	model_unmap(29, 1);
	model_check();
	model_protect(18, 2, PROT_READ);
	assert_int_equal(model_tree.count, 4);
	model_check();
	model_protect(18, 2, RW);
	assert_int_equal(model_tree.count, 2);
	model_protect(0, MODEL_PAGES, PROT_NONE);
	assert_int_equal(model_tree.count, 2);
	model_check();
	model_protect(20, 3, PROT_NONE); /* splits and joins again */
	assert_int_equal(model_tree.count, 2);
	model_unmap(0, MODEL_PAGES);
	assert_int_equal(model_tree.count, 0);
	model_check();
}

/* A change that changes nothing needs no memory; one of flags joins and splits as of protection. */
static void changing_flags(void **state)
{
	const struct vma_change set = {.flags_set = VMA_LOCKED},
				clear = {.flags_clear = VMA_LOCKED};

	(void)state;
	model_reset();
	model_map(10, 10, RW, 0, 0, 0);
	model_change(12, 2, &clear);
	model_protect(15, 3, RW);
	assert_int_equal(model_tree.count, 1);
	model_change(12, 2, &set);
	assert_int_equal(model_tree.count, 3);
	model_change(10, 3, &set);
	assert_int_equal(model_tree.count, 2);
	model_check();
	model_change(0, MODEL_PAGES, &clear);
	assert_int_equal(model_tree.count, 1);
	model_destroy();
}

static void bad_calls(void **state)
{
	struct vma low = {.start = 0x1000, .end = 0x3000};
	struct vma bad = {.start = 0x2000, .end = 0x4000};
	struct vma empty = {.start = 0x5000, .end = 0x5000};
	struct vma_place above = {.below = &low}, below = {.above = &low};
	struct vma_range range;
	struct vma *removed;

	(void)state;
	model_reset();
	vma_append(&model_tree, &low);
	EXPECT_PANIC((void)vma_absorb(&model_tree, &above, &bad, &removed), "ASSERT");
	EXPECT_PANIC((void)vma_absorb(&model_tree, &below, &bad, &removed), "ASSERT");
	range = vma_range_find(&model_tree, 0x1800, 0x2000, 1);
	EXPECT_PANIC((void)vma_remove(&model_tree, &range, NULL), "ASSERT");
	range.end = range.start;
	EXPECT_PANIC((void)vma_remove(&model_tree, &range, NULL), "ASSERT");
	EXPECT_PANIC(vma_insert(&model_tree, &above, &bad), "ASSERT");
	EXPECT_PANIC(vma_append(&model_tree, &empty), "ASSERT");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(merging),
		cmocka_unit_test(splitting),
		cmocka_unit_test(changing_flags),
		cmocka_unit_test(bad_calls),
	};

	return cmocka_run_group_tests_name("vma_change", tests, NULL, NULL);
}
