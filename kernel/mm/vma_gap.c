/* The gaps between areas, and the search for one. */
#include "mm/vma_tree.h"

/*
 * Gaps are kept as at most this. The hole between the heap and the stack is larger: what is mapped
 * there changes no max_gap on the way to the root. Gaps that large are few.
 */
#define GAP_MAX TIB(1)

/* --- keeping them --- */

static inline uint64_t gap_below(const struct vma *vma)
{
	uint64_t top = vma_low_edge(vma);
	uint64_t bottom = vma->prev ? vma->prev->end : 0;

	return top > bottom ? top - bottom : 0;
}

/* Note the gap below `vma`; whether it is another one than before. */
static inline bool set_gap(struct vma *vma)
{
	uint64_t gap = MIN(gap_below(vma), GAP_MAX);
	bool changed = gap != vma->gap;

	vma->gap = gap;
	return changed;
}

/* Recompute one area's max_gap from its gap and its children. */
static inline void update_max(struct vma *vma)
{
	const struct vma *left = vma_of(vma->node.left);
	const struct vma *right = vma_of(vma->node.right);
	uint64_t max = vma->gap;

	if (left && left->max_gap > max)
		max = left->max_gap;
	if (right && right->max_gap > max)
		max = right->max_gap;
	vma->max_gap = max;
}

/*
 * Areas from `node` upward may have a wrong max_gap, at least up to `last` (or NULL: to `node`):
 * recompute them, until one was right already.
 */
static void update_upward(struct rb_node *node, const struct rb_node *last)
{
	for (; node; node = rb_parent(node)) {
		struct vma *vma = vma_of(node);
		uint64_t old = vma->max_gap;

		update_max(vma);
		if (node == last)
			last = NULL;
		if (!last && vma->max_gap == old)
			return;
	}
}

void vma_gap_changed(struct vma *vma)
{
	if (vma && set_gap(vma))
		update_upward(&vma->node, NULL);
}

void vma_gap_linked(struct vma *vma)
{
	struct vma *above = vma->next;
	bool changed = above && set_gap(above);

	(void)set_gap(vma);
	vma->max_gap = vma->gap;
	/* As after a split: the leaf makes no difference to what is above it. */
	if (!changed && !vma->gap)
		return;
	/* The area above is on the path from a new leaf to the root. */
	update_upward(rb_parent(&vma->node), changed ? &above->node : NULL);
}

/*
 * The area above is on the path from the hole to the root, or it is what is in the hole now. If it
 * moved to the place of the one that left, what was known of that subtree is its to start from.
 */
void vma_gap_unlinked(const struct rb_hole *hole, const struct vma *left, bool moved)
{
	struct vma *above = left->next;
	bool changed = above && set_gap(above);
	struct rb_node *node = changed && hole->child == &above->node ? hole->child : hole->parent;

	if (above && moved)
		above->max_gap = left->max_gap;
	else if (!changed && !left->gap)
		return;
	update_upward(node, changed || moved ? &above->node : NULL);
}

void vma_gap_rotated(struct rb_node *down, struct rb_node *up)
{
	vma_of(up)->max_gap = vma_of(down)->max_gap; /* the subtree is the same */
	update_max(vma_of(down));
}

/* --- the search --- */

/* Whether the subtree at `node` has a gap of `size`, at most GAP_MAX. */
static inline bool has_gap(struct rb_node *node, uint64_t size)
{
	return node && vma_of(node)->max_gap >= size;
}

/* The highest area of the subtree at `node` with a gap of at least `size`; there is one. */
static struct vma *highest_gap(struct rb_node *node, uint64_t size)
{
	for (;;) {
		if (has_gap(node->right, size))
			node = node->right;
		else if (vma_of(node)->gap >= size)
			return vma_of(node);
		else
			node = node->left;
	}
}

/* The highest area, at or below `vma`, with a gap of at least `size`, or NULL. */
static struct vma *gap_at_or_below(struct vma *vma, uint64_t size)
{
	struct rb_node *node = &vma->node;
	struct rb_node *child;

	while (vma_of(node)->gap < size) {
		if (has_gap(node->left, size))
			return highest_gap(node->left, size);
		do {
			child = node;
			node = rb_parent(node);
			if (!node)
				return NULL;
		} while (node->left == child);
	}
	return vma_of(node);
}

/* The same for any size: among the largest gaps, at most 128 in the user half, one after another.
 */
static struct vma *large_gap_at_or_below(struct vma *vma, uint64_t size)
{
	while (vma) {
		vma = gap_at_or_below(vma, MIN(size, GAP_MAX));
		if (!vma || size <= GAP_MAX || gap_below(vma) >= size)
			return vma;
		vma = vma->prev;
	}
	return NULL;
}

uint64_t vma_find_gap(struct vma_tree *tree, uint64_t size, uint64_t align, uint64_t low,
		      uint64_t high, struct vma_place *place)
{
	uint64_t needed = size + align - PAGE_SIZE;
	uint64_t top = high;
	struct vma *vma;

	if (size == 0 || needed < size || low >= high || high - low < needed)
		return 0;
	/* The lowest area whose gap does not begin low enough is the one above this one. */
	vma = vma_find_from(tree, high - needed);
	if (vma) {
		vma = large_gap_at_or_below(vma, needed);
		if (!vma)
			return 0;
		top = MIN(vma_low_edge(vma), high);
	}
	if (top < low + needed)
		return 0;
	place->above = vma;
	place->below = vma ? vma->prev : tree->last;
	return ALIGN_DOWN(top - size, align);
}
