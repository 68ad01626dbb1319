// sources: kernel/mm/vma.c kernel/mm/vma_gap.c kernel/mm/vma_change.c kernel/lib/rbtree.c
// sources: tests/host/vma_model.c tests/host/host_panic.c
/* Finding in the vma tree: the area at an address, ranges of them, and holes. */
#include "host_test.h"

#include "abi/mman.h"
#include "vma_model.h"

/* The end of the mapped run of pages that begins at `start`. */
static uint64_t mapped_until(uint64_t start, uint64_t end)
{
	struct vma_range range = vma_range_find(&model_tree, start, end, UINT32_MAX);

	vma_range_stop_at_hole(&range);
	return range.end;
}

static void empty_tree(void **state)
{
	(void)state;
	model_reset();
	model_check();
	assert_null(vma_find(&model_tree, 0));
	assert_null(vma_find_from(&model_tree, 0));
	assert_null(model_tree.first);
	assert_true(model_is_free(0, UINT64_MAX));
	model_unmap(0, MODEL_PAGES);
	model_protect(0, MODEL_PAGES, RW);
	assert_int_equal(mapped_until(0x1000, 0x3000), 0x1000);
	assert_int_equal(model_find_gap(0x1000, 0x1000, 0x1000, 0x5000), 0x4000);
	assert_null(vma_pop(&model_tree));
}

static void finding(void **state)
{
	struct vma *low;
	struct vma *high;

	(void)state;
	model_reset();
	model_map(10, 5, RW, 0, 0, 0);
	model_map(20, 5, RW, 0, 0, 0);
	low = model_tree.first;
	high = low->next;
	for (int round = 0; round < 2; round++) {
		assert_ptr_equal(vma_find(&model_tree, model_addr(10)), low);
		assert_ptr_equal(vma_find(&model_tree, model_addr(15) - 1), low);
		assert_null(vma_find(&model_tree, model_addr(15)));
		assert_null(vma_find(&model_tree, model_addr(10) - 1));
		assert_ptr_equal(vma_find_from(&model_tree, 0), low);
		assert_ptr_equal(vma_find_from(&model_tree, model_addr(15)), high);
		assert_null(vma_find_from(&model_tree, model_addr(25)));
	}
	assert_ptr_equal(high->prev, low);
	assert_null(low->prev);
	assert_null(high->next);
	assert_true(model_is_free(model_addr(15), model_addr(20)));
	assert_false(model_is_free(model_addr(15), model_addr(21)));
	model_map(15, 5, PROT_READ, 0, 0, 0);
	assert_int_equal(mapped_until(model_addr(11), model_addr(24)), model_addr(24));
	assert_int_equal(mapped_until(model_addr(11), model_addr(30)), model_addr(25));
	assert_int_equal(mapped_until(model_addr(2), model_addr(30)), model_addr(2));
	model_destroy();
}

/* A range is cut in front of an area. */
static void cutting(void **state)
{
	struct vma_range range;

	(void)state;
	model_reset();
	model_map(10, 2, RW, 0, 0, 0);
	model_map(12, 2, PROT_READ, 0, 0, 0);
	model_map(20, 2, RW, 0, 0, 0);
	range = vma_range_find(&model_tree, model_addr(11), model_addr(21), 1);
	assert_int_equal(range.end, model_addr(12));
	assert_ptr_equal(range.first, range.last);
	range = vma_range_find(&model_tree, model_addr(11), model_addr(21), 2);
	assert_int_equal(range.end, model_addr(20));
	assert_ptr_equal(range.last, range.first->next);
	range = vma_range_find(&model_tree, model_addr(11), model_addr(20), 2);
	assert_int_equal(range.end, model_addr(20));
	range = vma_range_find(&model_tree, model_addr(11), model_addr(21), 3);
	assert_int_equal(range.end, model_addr(21));
	assert_ptr_equal(range.last, model_tree.last);
	range = vma_range_find(&model_tree, model_addr(14), model_addr(20), 1);
	assert_null(range.first);
	assert_null(range.last);
	model_destroy();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(empty_tree),
		cmocka_unit_test(finding),
		cmocka_unit_test(cutting),
	};

	return cmocka_run_group_tests_name("vma_lookup", tests, NULL, NULL);
}
