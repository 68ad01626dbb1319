// sources: kernel/mm/vma.c kernel/mm/vma_gap.c kernel/mm/vma_change.c kernel/lib/rbtree.c
// sources: tests/host/host_panic.c
/* The vma tree: rules case by case, then random changes against an array of pages. */
#include "host_test.h"

#include "abi/mman.h"
#include "host_panic.h"
#include "lib/addr.h"
#include "mm/vma.h"
#include "seed.h"

#define PAGES 512 /* the model's address space, from page 1 on; page 0 is never used */
#define BASE  16  /* its first page's number */

#define RW (PROT_READ | PROT_WRITE)

/* Random steps in all, in a round; so many are checked each, later ones now and then. */
#define OPERATIONS  1000000
#define ROUND	    5000
#define CHECK_EACH  30000
#define CHECK_EVERY 50

/* What the model knows of one page. */
struct model_page {
	bool mapped;
	uint32_t prot;
	uint32_t flags;
	struct vm_object *object;
	uint64_t pgoff;
};

static struct model_page model[PAGES];
static struct vma_tree tree;
static int live; /* vmas allocated */

static uint64_t addr_of(uint64_t page)
{
	return (BASE + page) * PAGE_SIZE;
}

static struct vma *new_vma(void)
{
	struct vma *vma = malloc(sizeof(*vma));

	memset(vma, 0xa5, sizeof(*vma));
	live++;
	return vma;
}

static void free_vma(struct vma *vma)
{
	memset(vma, 0x5a, sizeof(*vma));
	free(vma);
	live--;
}

static struct vm_object *object_number(uint64_t n)
{
	return n ? (struct vm_object *)(0x1000 * n) : NULL; /* only compared */
}

/* --- the tree itself --- */

/* Check the subtree: balance is lib/rbtree's matter, the largest gap is ours. */
static uint64_t check_gaps(struct rb_node *node)
{
	struct vma *vma;
	uint64_t left;
	uint64_t right;

	if (!node)
		return 0;
	vma = rb_entry(node, struct vma, node);
	left = check_gaps(node->left);
	right = check_gaps(node->right);
	assert_int_equal(vma->max_gap, MAX(vma->gap, MAX(left, right)));
	return vma->max_gap;
}

static void check_vma(const struct vma *vma)
{
	for (uint64_t page = vma->start / PAGE_SIZE - BASE; page < vma->end / PAGE_SIZE - BASE;
	     page++) {
		assert_true(model[page].mapped);
		assert_int_equal(model[page].prot, vma->prot);
		assert_int_equal(model[page].flags, vma->flags);
		assert_ptr_equal(model[page].object, vma->object);
		if (vma->object)
			assert_int_equal(model[page].pgoff,
					 vma->pgoff + page - (vma->start / PAGE_SIZE - BASE));
	}
}

static void check_tree(void)
{
	struct rb_node *node = rb_first(&tree.root);
	struct vma *prev = NULL;
	uint64_t end = 0;
	uint64_t pages = 0;
	uint32_t count = 0;
	uint64_t data = 0;
	uint64_t locked = 0;

	for (struct vma *vma = tree.first; vma; vma = vma->next) {
		uint64_t guard = vma->flags & VMA_GROWSDOWN ? VMA_STACK_GUARD : 0;
		uint64_t low = vma->start > guard ? vma->start - guard : 0;

		assert_ptr_equal(node, &vma->node);
		node = rb_next(node);
		assert_ptr_equal(vma->prev, prev);
		prev = vma;
		assert_true(vma->start >= end && vma->start < vma->end);
		assert_int_equal(vma->gap, MIN(low > end ? low - end : 0, TIB(1)));
		check_vma(vma);
		end = vma->end;
		pages += (vma->end - vma->start) / PAGE_SIZE;
		if (vma_is_data(vma->prot, vma->flags))
			data += (vma->end - vma->start) / PAGE_SIZE;
		if (vma->flags & VMA_LOCKED)
			locked += (vma->end - vma->start) / PAGE_SIZE;
		count++;
	}
	assert_null(node);
	assert_ptr_equal(tree.last, prev);
	check_gaps(tree.root.node);
	assert_int_equal(tree.count, count);
	assert_int_equal(tree.pages, pages);
	assert_int_equal(tree.data, data);
	assert_int_equal(tree.locked, locked);
	assert_int_equal(live, count);
	for (uint64_t page = 0; page < PAGES; page++)
		pages -= model[page].mapped;
	assert_int_equal(pages, 0);
}

/* --- operations on both --- */

static void reset(void)
{
	memset(model, 0, sizeof(model));
	vma_tree_init(&tree);
	live = 0;
}

static void destroy(void)
{
	struct vma *vma;

	while ((vma = vma_pop(&tree)) != NULL)
		free_vma(vma);
	assert_int_equal(live, 0);
}

static void map_in_tree(const struct vma *new)
{
	struct vma_place place;
	struct vma *removed;
	struct vma *vma;

	assert_true(vma_range_is_free(&tree, new->start, new->end, &place));
	vma = vma_absorb(&tree, &place, new, &removed);

	if (removed)
		free_vma(removed);
	if (vma) {
		assert_true(vma->start <= new->start && vma->end >= new->end);
		return;
	}
	vma = new_vma();
	vma->start = new->start;
	vma->end = new->end;
	vma->touched = new->touched;
	vma->prot = new->prot;
	vma->flags = new->flags;
	vma->object = new->object;
	vma->pgoff = new->pgoff;
	vma_insert(&tree, &place, vma);
}

static void map(uint64_t page, uint64_t n, uint32_t prot, uint32_t flags, uint64_t object,
		uint64_t pgoff)
{
	struct vma new = {
		.start = addr_of(page),
		.end = addr_of(page + n),
		.prot = prot,
		.flags = flags,
		.object = object_number(object),
		.pgoff = pgoff,
	};

	map_in_tree(&new);
	for (uint64_t i = 0; i < n; i++)
		model[page + i] = (struct model_page){true, prot, flags, new.object, pgoff + i};
}

static struct vma_range range_of(uint64_t page, uint64_t n)
{
	return vma_range_find(&tree, addr_of(page), addr_of(page + n), UINT32_MAX);
}

static void free_list(struct vma *removed)
{
	struct vma *next;

	for (struct vma *vma = removed; vma; vma = next) {
		next = vma->next;
		free_vma(vma);
	}
}

static void unmap(uint64_t page, uint64_t n)
{
	struct vma_range range = range_of(page, n);
	struct vma *spare = vma_remove_splits(&range) ? new_vma() : NULL;
	struct vma *removed = vma_remove(&tree, &range, spare);
	uint64_t end = 0;

	for (struct vma *vma = removed; vma; vma = vma->next) {
		assert_true(vma->start >= addr_of(page) && vma->end <= addr_of(page + n));
		assert_true(vma->start >= end);
		end = vma->end;
		check_vma(vma);
	}
	memset(&model[page], 0, n * sizeof(model[0]));
	free_list(removed);
}

static void change(uint64_t page, uint64_t n, const struct vma_change *change)
{
	struct vma_range range = range_of(page, n);
	unsigned int splits = vma_change_splits(&range, change);
	struct vma *const spares[2] = {splits & VMA_SPLIT_START ? new_vma() : NULL,
				       splits & VMA_SPLIT_END ? new_vma() : NULL};

	free_list(vma_change(&tree, &range, change, spares));
	for (uint64_t i = page; i < page + n; i++) {
		if (!model[i].mapped)
			continue;
		model[i].prot = (model[i].prot & ~change->prot_clear) | change->prot_set;
		model[i].flags = (model[i].flags & ~change->flags_clear) | change->flags_set;
	}
}

static void protect(uint64_t page, uint64_t n, uint32_t prot)
{
	const struct vma_change to = {.prot_clear = RW | PROT_EXEC, .prot_set = prot};

	change(page, n, &to);
}

/* The end of the mapped run of pages that begins at `start`. */
static uint64_t mapped_until(uint64_t start, uint64_t end)
{
	struct vma_range range = vma_range_find(&tree, start, end, UINT32_MAX);

	vma_range_stop_at_hole(&range);
	return range.end;
}

static uint64_t find_gap(uint64_t size, uint64_t align, uint64_t low, uint64_t high)
{
	struct vma_place place, same;
	uint64_t found = vma_find_gap(&tree, size, align, low, high, &place);

	if (found) {
		assert_true(vma_range_is_free(&tree, found, found + size, &same));
		assert_ptr_equal(place.below, same.below);
		assert_ptr_equal(place.above, same.above);
	}
	return found;
}

static bool is_free(uint64_t start, uint64_t end)
{
	struct vma_place place;

	return vma_range_is_free(&tree, start, end, &place);
}

/* --- cases --- */

static void empty_tree(void **state)
{
	(void)state;
	reset();
	check_tree();
	assert_null(vma_find(&tree, 0));
	assert_null(vma_find_from(&tree, 0));
	assert_null(tree.first);
	assert_true(is_free(0, UINT64_MAX));
	unmap(0, PAGES);
	protect(0, PAGES, RW);
	assert_int_equal(mapped_until(0x1000, 0x3000), 0x1000);
	assert_int_equal(find_gap(0x1000, 0x1000, 0x1000, 0x5000), 0x4000);
	assert_null(vma_pop(&tree));
}

static void finding(void **state)
{
	struct vma *low;
	struct vma *high;

	(void)state;
	reset();
	map(10, 5, RW, 0, 0, 0);
	map(20, 5, RW, 0, 0, 0);
	low = tree.first;
	high = low->next;
	for (int round = 0; round < 2; round++) {
		assert_ptr_equal(vma_find(&tree, addr_of(10)), low);
		assert_ptr_equal(vma_find(&tree, addr_of(15) - 1), low);
		assert_null(vma_find(&tree, addr_of(15)));
		assert_null(vma_find(&tree, addr_of(10) - 1));
		assert_ptr_equal(vma_find_from(&tree, 0), low);
		assert_ptr_equal(vma_find_from(&tree, addr_of(15)), high);
		assert_null(vma_find_from(&tree, addr_of(25)));
	}
	assert_ptr_equal(high->prev, low);
	assert_null(low->prev);
	assert_null(high->next);
	assert_true(is_free(addr_of(15), addr_of(20)));
	assert_false(is_free(addr_of(15), addr_of(21)));
	map(15, 5, PROT_READ, 0, 0, 0);
	assert_int_equal(mapped_until(addr_of(11), addr_of(24)), addr_of(24));
	assert_int_equal(mapped_until(addr_of(11), addr_of(30)), addr_of(25));
	assert_int_equal(mapped_until(addr_of(2), addr_of(30)), addr_of(2));
	destroy();
}

static void merging(void **state)
{
	(void)state;
	reset();
	map(10, 2, RW, 0, 0, 0);
	map(12, 2, RW, 0, 0, 0); /* grows the one below */
	assert_int_equal(tree.count, 1);
	map(8, 2, RW, 0, 0, 0); /* grows the one above */
	assert_int_equal(tree.count, 1);
	map(20, 2, RW, 0, 0, 0);
	map(14, 6, RW, 0, 0, 0); /* fills the gap */
	assert_int_equal(tree.count, 1);
	map(22, 1, PROT_READ, 0, 0, 0);
	map(23, 1, PROT_READ, VMA_SHARED, 0, 0);
	assert_int_equal(tree.count, 3);
	map(24, 2, RW, 0, 1, 100);
	map(26, 2, RW, 0, 1, 102);
	map(28, 2, RW, 0, 1, 200);
	map(30, 2, RW, 0, 2, 202);
	assert_int_equal(tree.count, 6);
	map(34, 2, RW, 0, 2, 206);
	map(32, 2, RW, 0, 2, 204);
	assert_int_equal(tree.count, 6);
	check_tree();
	destroy();
}

static void splitting(void **state)
{
	(void)state;
	reset();
	map(10, 20, RW, 0, 3, 1000);
	unmap(15, 2);
	assert_int_equal(tree.count, 2);
	assert_int_equal(vma_find(&tree, addr_of(17))->pgoff, 1007);
	check_tree();
	unmap(10, 1);
	unmap(29, 1);
	check_tree();
	protect(18, 2, PROT_READ);
	assert_int_equal(tree.count, 4);
	check_tree();
	protect(18, 2, RW);
	assert_int_equal(tree.count, 2);
	protect(0, PAGES, PROT_NONE);
	assert_int_equal(tree.count, 2);
	check_tree();
	protect(20, 3, PROT_NONE); /* splits and joins again */
	assert_int_equal(tree.count, 2);
	unmap(0, PAGES);
	assert_int_equal(tree.count, 0);
	check_tree();
}

static void gaps(void **state)
{
	uint64_t low = addr_of(0);
	uint64_t high = addr_of(100);

	(void)state;
	reset();
	map(90, 5, RW, 0, 0, 0);
	map(70, 10, PROT_READ, 0, 0, 0);
	map(20, 40, RW, 0, 0, 0);
	map(200, 10, RW, 0, 0, 0);
	assert_int_equal(find_gap(5 * PAGE_SIZE, PAGE_SIZE, low, high), addr_of(95));
	assert_int_equal(find_gap(6 * PAGE_SIZE, PAGE_SIZE, low, high), addr_of(84));
	assert_int_equal(find_gap(10 * PAGE_SIZE, PAGE_SIZE, low, high), addr_of(80));
	assert_int_equal(find_gap(11 * PAGE_SIZE, PAGE_SIZE, low, high), addr_of(9));
	assert_int_equal(find_gap(20 * PAGE_SIZE, PAGE_SIZE, low, high), addr_of(0));
	assert_int_equal(find_gap(21 * PAGE_SIZE, PAGE_SIZE, low, high), 0);
	assert_int_equal(find_gap(PAGE_SIZE, PAGE_SIZE, low, addr_of(95)), addr_of(89));
	assert_int_equal(find_gap(PAGE_SIZE, PAGE_SIZE, addr_of(20), addr_of(60)), 0);
	assert_int_equal(find_gap(PAGE_SIZE, PAGE_SIZE, low, low), 0);
	assert_int_equal(find_gap(0, PAGE_SIZE, low, high), 0);
	assert_int_equal(find_gap(UINT64_MAX, PAGE_SIZE, low, high), 0);
	assert_int_equal(find_gap(0 - PAGE_SIZE, 2 * PAGE_SIZE, low, UINT64_MAX), 0);
	assert_int_equal(find_gap(2 * PAGE_SIZE, 4 * PAGE_SIZE, low, high), addr_of(96));
	assert_int_equal(find_gap(PAGE_SIZE, PAGE_SIZE, low, addr_of(300)), addr_of(299));
	destroy();
}

static void stacks(void **state)
{
	struct vma *stack;
	const uint64_t guard = VMA_STACK_GUARD / PAGE_SIZE;

	(void)state;
	reset();
	map(400, 2, RW, VMA_GROWSDOWN, 0, 0);
	stack = tree.first;
	/* Nothing is placed in the guard. */
	assert_int_equal(find_gap(PAGE_SIZE, PAGE_SIZE, addr_of(0), addr_of(400)),
			 addr_of(400 - guard - 1));
	map(100, 1, RW, 0, 0, 0);
	assert_false(vma_grow_down(&tree, stack, addr_of(400)));
	assert_false(vma_grow_down(&tree, stack, addr_of(100)));
	assert_false(vma_grow_down(&tree, stack, addr_of(100 + guard)));
	assert_true(vma_grow_down(&tree, stack, addr_of(101 + guard)));
	for (uint64_t page = 101 + guard; page < 400; page++)
		model[page] = model[400];
	check_tree();
	/* What cannot be accessed is no danger. */
	protect(100, 1, PROT_NONE);
	assert_true(vma_grow_down(&tree, stack, addr_of(101)));
	for (uint64_t page = 101; page < 101 + guard; page++)
		model[page] = model[400];
	check_tree();
	destroy();
}

/* Gaps are kept only up to 1 TiB, and larger ones are found nevertheless. */
static void huge_gaps(void **state)
{
	struct vma vmas[8];

	(void)state;
	reset();
	for (uint64_t i = 0; i < 8; i++) {
		uint64_t start = TIB(4) * (i + 1) + TIB(1) * (i % 3);

		vmas[i] = (struct vma){.start = start, .end = start + PAGE_SIZE};
		vma_append(&tree, &vmas[i]);
	}
	/* Their starts, in TiB: 4, 9, 14, 16, 21, 26, 28, 33. */
	assert_int_equal(find_gap(TIB(4), PAGE_SIZE, PAGE_SIZE, TIB(33)), TIB(29));
	assert_int_equal(find_gap(TIB(4), PAGE_SIZE, PAGE_SIZE, TIB(32)), TIB(22));
	assert_int_equal(find_gap(TIB(2) - PAGE_SIZE, PAGE_SIZE, PAGE_SIZE, TIB(28)),
			 TIB(26) + PAGE_SIZE);
	assert_int_equal(find_gap(TIB(5) - PAGE_SIZE, PAGE_SIZE, PAGE_SIZE, TIB(26)),
			 TIB(21) + PAGE_SIZE);
	assert_int_equal(find_gap(TIB(5), PAGE_SIZE, PAGE_SIZE, TIB(33)), 0);
	assert_int_equal(find_gap(TIB(5), PAGE_SIZE, PAGE_SIZE, TIB(40)), TIB(35));
}

static void a_stack_near_zero(void **state)
{
	struct vma vma = {.start = PAGE_SIZE, .end = 3 * PAGE_SIZE, .flags = VMA_GROWSDOWN};

	(void)state;
	reset();
	vma_append(&tree, &vma);
	assert_int_equal(vma.gap, 0);
}

/* The area above takes the place of one that joins; its max_gap there is what it was elsewhere. */
static void a_gap_goes_with_its_area(void **state)
{
	static const uint64_t order[] = {8, 4, 12, 2, 6, 10, 14, 1, 3, 5, 7, 9, 11, 13, 15};

	(void)state;
	reset();
	for (size_t i = 0; i < ARRAY_SIZE(order); i++)
		map(2 * order[i] + (order[i] < 14 ? 0 : 4), 1, RW, 0, 0, 0);
	map(27, 5, RW, 0, 0, 0); /* between the 13th and the 14th, which are a subtree's */
	assert_int_equal(tree.count, 14);
	check_tree();
	destroy();
}

/* The same where the area above was the only child. */
static void a_gap_goes_with_a_parent(void **state)
{
	static const uint64_t order[] = {8, 4, 12, 2, 6, 10, 14, 1, 3, 5, 7, 9, 11, 15};

	(void)state;
	reset();
	for (size_t i = 0; i < ARRAY_SIZE(order); i++)
		map(2 * order[i] + (order[i] < 14 ? 0 : 2), 1, RW, 0, 0, 0);
	map(25, 5, RW, 0, 0, 0); /* between the 12th and the 14th, its child */
	assert_int_equal(tree.count, 13);
	check_tree();
	destroy();
}

/* A change that changes nothing needs no memory; one of flags joins and splits as of protection. */
static void changing_flags(void **state)
{
	const struct vma_change set = {.flags_set = VMA_LOCKED},
				clear = {.flags_clear = VMA_LOCKED};

	(void)state;
	reset();
	map(10, 10, RW, 0, 0, 0);
	change(12, 2, &clear);
	protect(15, 3, RW);
	assert_int_equal(tree.count, 1);
	change(12, 2, &set);
	assert_int_equal(tree.count, 3);
	change(10, 3, &set);
	assert_int_equal(tree.count, 2);
	check_tree();
	change(0, PAGES, &clear);
	assert_int_equal(tree.count, 1);
	destroy();
}

/* A range is cut in front of an area. */
static void cutting(void **state)
{
	struct vma_range range;

	(void)state;
	reset();
	map(10, 2, RW, 0, 0, 0);
	map(12, 2, PROT_READ, 0, 0, 0);
	map(20, 2, RW, 0, 0, 0);
	range = vma_range_find(&tree, addr_of(11), addr_of(21), 1);
	assert_int_equal(range.end, addr_of(12));
	assert_ptr_equal(range.first, range.last);
	range = vma_range_find(&tree, addr_of(11), addr_of(21), 2);
	assert_int_equal(range.end, addr_of(20));
	assert_ptr_equal(range.last, range.first->next);
	range = vma_range_find(&tree, addr_of(11), addr_of(20), 2);
	assert_int_equal(range.end, addr_of(20));
	range = vma_range_find(&tree, addr_of(11), addr_of(21), 3);
	assert_int_equal(range.end, addr_of(21));
	assert_ptr_equal(range.last, tree.last);
	range = vma_range_find(&tree, addr_of(14), addr_of(20), 1);
	assert_null(range.first);
	assert_null(range.last);
	destroy();
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
	reset();
	vma_append(&tree, &low);
	EXPECT_PANIC((void)vma_absorb(&tree, &above, &bad, &removed), "ASSERT");
	EXPECT_PANIC((void)vma_absorb(&tree, &below, &bad, &removed), "ASSERT");
	range = vma_range_find(&tree, 0x1800, 0x2000, 1);
	EXPECT_PANIC((void)vma_remove(&tree, &range, NULL), "ASSERT");
	range.end = range.start;
	EXPECT_PANIC((void)vma_remove(&tree, &range, NULL), "ASSERT");
	EXPECT_PANIC(vma_insert(&tree, &above, &bad), "ASSERT");
	EXPECT_PANIC(vma_append(&tree, &empty), "ASSERT");
}

/* --- random changes --- */

static uint64_t rnd;

static uint64_t below(uint64_t limit)
{
	return test_random(&rnd) % limit;
}

static bool model_free(uint64_t page, uint64_t n)
{
	for (uint64_t i = 0; i < n; i++) {
		if (model[page + i].mapped)
			return false;
	}
	return true;
}

/* The highest place by looking at each. */
static uint64_t slow_gap(uint64_t n, uint64_t low, uint64_t high)
{
	for (uint64_t page = high - n + 1; page-- > low;) {
		if (model_free(page, n))
			return addr_of(page);
	}
	return 0;
}

static void change_some_flags(uint64_t page, uint64_t n)
{
	const struct vma_change to = {.flags_clear = VMA_LOCKED,
				      .flags_set = below(2) ? VMA_LOCKED : 0};

	change(page, n, &to);
}

/* A map that fills the hole it is in joins what is on both sides. */
static void widen(uint64_t *page, uint64_t *n)
{
	for (; *page && !model[*page - 1].mapped; --*page)
		++*n;
	while (*page + *n < PAGES && !model[*page + *n].mapped)
		++*n;
}

static void random_step(void)
{
	uint64_t page = below(PAGES);
	uint64_t n = 1 + below(MIN(PAGES - page, 1 + below(40)));
	uint64_t object = below(3);

	switch (below(7)) {
	case 0:
	case 1:
		if (!model_free(page, n))
			break;
		if (below(2))
			widen(&page, &n);
		map(page, n, below(2) ? RW : PROT_READ, 0, object, page + object);
		break;
	case 2:
		unmap(page, n);
		break;
	case 3:
		protect(page, n, below(2) ? RW : PROT_READ);
		break;
	case 4:
		change_some_flags(page, n);
		break;
	case 5:
		n = 1 + below(30);
		page = below(PAGES - n);
		assert_int_equal(find_gap(n * PAGE_SIZE, PAGE_SIZE, addr_of(page), addr_of(PAGES)),
				 slow_gap(n, page, PAGES));
		break;
	default:
		assert_int_equal(vma_find(&tree, addr_of(page) + 5) != NULL, model[page].mapped);
		assert_int_equal(is_free(addr_of(page), addr_of(page + n)), model_free(page, n));
		break;
	}
}

/* OPERATIONS=n of the environment makes it longer (or shorter). */
static void random_steps(void **state)
{
	const char *text = getenv("OPERATIONS");
	uint64_t n = text ? strtoull(text, NULL, 0) : OPERATIONS;

	(void)state;
	rnd = test_seed("random_steps", 99);
	reset();
	for (uint64_t i = 1; i <= n; i++) {
		random_step();
		if (i <= CHECK_EACH || i % CHECK_EVERY == 0)
			check_tree();
		if (i % ROUND == 0) {
			destroy();
			reset();
		}
	}
	destroy();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(empty_tree),
		cmocka_unit_test(finding),
		cmocka_unit_test(merging),
		cmocka_unit_test(splitting),
		cmocka_unit_test(gaps),
		cmocka_unit_test(stacks),
		cmocka_unit_test(huge_gaps),
		cmocka_unit_test(a_stack_near_zero),
		cmocka_unit_test(bad_calls),
		cmocka_unit_test(random_steps),
		cmocka_unit_test(a_gap_goes_with_its_area),
		cmocka_unit_test(a_gap_goes_with_a_parent),
		cmocka_unit_test(changing_flags),
		cmocka_unit_test(cutting),
	};

	return cmocka_run_group_tests_name("vma", tests, NULL, NULL);
}
