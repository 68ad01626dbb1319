/* A vma tree beside an array of pages: see vma_model.h. */
#include "host_test.h"

#include "vma_model.h"

#include "abi/mman.h"
#include "lib/addr.h"

#define BASE 16 /* the first page's number */

struct model_page model_pages[MODEL_PAGES];
struct vma_tree model_tree;
static int live; /* vmas allocated */

uint64_t model_addr(uint64_t page)
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

/* Its pages are known to be mapped that way. */
static void check_pages(const struct vma *vma)
{
	uint64_t first = vma->start / PAGE_SIZE - BASE;

	for (uint64_t page = first; page < vma->end / PAGE_SIZE - BASE; page++) {
		assert_true(model_pages[page].mapped);
		assert_int_equal(model_pages[page].prot, vma->prot);
		assert_int_equal(model_pages[page].flags, vma->flags);
		assert_ptr_equal(model_pages[page].object, vma->object);
		if (vma->object)
			assert_int_equal(model_pages[page].pgoff, vma->pgoff + page - first);
	}
}

/* Where it lies behind the one before it, and the gap between them. */
static void check_place(const struct vma *vma, const struct vma *prev)
{
	uint64_t guard = vma->flags & VMA_GROWSDOWN ? VMA_STACK_GUARD : 0;
	uint64_t low = vma->start > guard ? vma->start - guard : 0;
	uint64_t end = prev ? prev->end : 0;

	assert_ptr_equal(vma->prev, prev);
	assert_true(vma->start >= end && vma->start < vma->end);
	assert_int_equal(vma->gap, MIN(low > end ? low - end : 0, TIB(1)));
}

static void add_up(struct vma_tree *sums, const struct vma *vma)
{
	uint64_t pages = (vma->end - vma->start) / PAGE_SIZE;

	sums->count++;
	sums->pages += pages;
	if (vma_is_data(vma->prot, vma->flags))
		sums->data += pages;
	if (vma->flags & VMA_LOCKED)
		sums->locked += pages;
}

void model_check(void)
{
	struct rb_node *node = rb_first(&model_tree.root);
	struct vma_tree sums = {.count = 0};
	struct vma *prev = NULL;
	uint64_t mapped = 0;

	for (struct vma *vma = model_tree.first; vma; prev = vma, vma = vma->next) {
		assert_ptr_equal(node, &vma->node);
		node = rb_next(node);
		check_place(vma, prev);
		check_pages(vma);
		add_up(&sums, vma);
	}
	assert_null(node);
	assert_ptr_equal(model_tree.last, prev);
	check_gaps(model_tree.root.node);
	assert_int_equal(model_tree.count, sums.count);
	assert_int_equal(model_tree.pages, sums.pages);
	assert_int_equal(model_tree.data, sums.data);
	assert_int_equal(model_tree.locked, sums.locked);
	assert_int_equal(live, sums.count);
	for (uint64_t page = 0; page < MODEL_PAGES; page++)
		mapped += model_pages[page].mapped;
	assert_int_equal(mapped, sums.pages);
}

/* --- operations on both --- */

void model_reset(void)
{
	memset(model_pages, 0, sizeof(model_pages));
	vma_tree_init(&model_tree);
	live = 0;
}

void model_destroy(void)
{
	struct vma *vma;

	while ((vma = vma_pop(&model_tree)) != NULL)
		free_vma(vma);
	assert_int_equal(live, 0);
}

static void map_in_tree(const struct vma *new)
{
	struct vma_place place;
	struct vma *removed;
	struct vma *vma;

	assert_true(vma_range_is_free(&model_tree, new->start, new->end, &place));
	vma = vma_absorb(&model_tree, &place, new, &removed);

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
	vma_insert(&model_tree, &place, vma);
}

void model_map(uint64_t page, uint64_t n, uint32_t prot, uint32_t flags, uint64_t object,
	       uint64_t pgoff)
{
	struct vma new = {
		.start = model_addr(page),
		.end = model_addr(page + n),
		.prot = prot,
		.flags = flags,
		.object = object_number(object),
		.pgoff = pgoff,
	};

	map_in_tree(&new);
	for (uint64_t i = 0; i < n; i++)
		model_pages[page + i] =
			(struct model_page){true, prot, flags, new.object, pgoff + i};
}

static struct vma_range range_of(uint64_t page, uint64_t n)
{
	return vma_range_find(&model_tree, model_addr(page), model_addr(page + n), UINT32_MAX);
}

static void free_list(struct vma *removed)
{
	struct vma *next;

	for (struct vma *vma = removed; vma; vma = next) {
		next = vma->next;
		free_vma(vma);
	}
}

void model_unmap(uint64_t page, uint64_t n)
{
	struct vma_range range = range_of(page, n);
	struct vma *spare = vma_remove_splits(&range) ? new_vma() : NULL;
	struct vma *removed = vma_remove(&model_tree, &range, spare);
	uint64_t end = 0;

	for (struct vma *vma = removed; vma; vma = vma->next) {
		assert_true(vma->start >= model_addr(page) && vma->end <= model_addr(page + n));
		assert_true(vma->start >= end);
		end = vma->end;
		check_pages(vma);
	}
	memset(&model_pages[page], 0, n * sizeof(model_pages[0]));
	free_list(removed);
}

void model_change(uint64_t page, uint64_t n, const struct vma_change *change)
{
	struct vma_range range = range_of(page, n);
	unsigned int splits = vma_change_splits(&range, change);
	struct vma *const spares[2] = {splits & VMA_SPLIT_START ? new_vma() : NULL,
				       splits & VMA_SPLIT_END ? new_vma() : NULL};

	free_list(vma_change(&model_tree, &range, change, spares));
	for (uint64_t i = page; i < page + n; i++) {
		if (!model_pages[i].mapped)
			continue;
		model_pages[i].prot =
			(model_pages[i].prot & ~change->prot_clear) | change->prot_set;
		model_pages[i].flags =
			(model_pages[i].flags & ~change->flags_clear) | change->flags_set;
	}
}

void model_protect(uint64_t page, uint64_t n, uint32_t prot)
{
	const struct vma_change to = {.prot_clear = RW | PROT_EXEC, .prot_set = prot};

	model_change(page, n, &to);
}

uint64_t model_find_gap(uint64_t size, uint64_t align, uint64_t low, uint64_t high)
{
	struct vma_place place, same;
	uint64_t found = vma_find_gap(&model_tree, size, align, low, high, &place);

	if (found) {
		assert_true(vma_range_is_free(&model_tree, found, found + size, &same));
		assert_ptr_equal(place.below, same.below);
		assert_ptr_equal(place.above, same.above);
	}
	return found;
}

bool model_is_free(uint64_t start, uint64_t end)
{
	struct vma_place place;

	return vma_range_is_free(&model_tree, start, end, &place);
}
