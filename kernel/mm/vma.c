#include "mm/vma.h"

#include "lib/upcall.h"
#include "mm/vma_tree.h"

/* --- looking --- */

void vma_tree_init(struct vma_tree *tree)
{
	*tree = (struct vma_tree){0};
}

struct vma *vma_search_from(struct vma_tree *tree, uint64_t addr)
{
	struct rb_node *node = tree->root.node;
	struct vma *found = NULL;

	while (node) {
		struct vma *vma = vma_of(node);

		if (vma->end <= addr) {
			node = node->right;
			continue;
		}
		found = vma;
		if (vma->start <= addr)
			break;
		node = node->left;
	}
	if (found)
		tree->recent = found;
	return found;
}

struct vma *vma_find(struct vma_tree *tree, uint64_t addr)
{
	struct vma *vma = vma_find_from(tree, addr);

	return vma && vma->start <= addr ? vma : NULL;
}

bool vma_range_is_free(struct vma_tree *tree, uint64_t start, uint64_t end, struct vma_place *place)
{
	struct vma *above = vma_find_from(tree, start);

	place->above = above;
	place->below = above ? above->prev : tree->last;
	return !above || above->start >= end;
}

struct vma_range vma_range_extend(struct vma_range range, unsigned int count)
{
	struct vma *vma = range.first;

	while (vma->end < range.end && vma->next && vma->next->start < range.end) {
		vma = vma->next;
		if (!--count) {
			range.end = vma->start;
			vma = vma->prev;
			break;
		}
	}
	range.last = vma;
	return range;
}

bool vma_range_touched(const struct vma_range *range)
{
	const struct vma *vma = range->first;

	while (vma && vma != range->last && !vma->touched)
		vma = vma->next;
	return vma && vma->touched;
}

void vma_range_seek_hole(struct vma_range *range)
{
	struct vma *vma = range->first;

	if (!vma || vma->start > range->start) {
		range->end = range->start;
		range->first = NULL;
		range->last = NULL;
		return;
	}
	while (vma != range->last && vma->next->start == vma->end)
		vma = vma->next;
	range->last = vma;
	range->end = MIN(range->end, vma->end);
}

/* --- hanging in and out --- */

static void list_in(struct vma_tree *tree, const struct vma_place *place, struct vma *vma)
{
	vma->prev = place->below;
	vma->next = place->above;
	if (vma->prev)
		vma->prev->next = vma;
	else
		tree->first = vma;
	if (vma->next)
		vma->next->prev = vma;
	else
		tree->last = vma;
}

static void list_out(struct vma_tree *tree, const struct vma *vma)
{
	if (vma->prev)
		vma->prev->next = vma->next;
	else
		tree->first = vma->next;
	if (vma->next)
		vma->next->prev = vma->prev;
	else
		tree->last = vma->prev;
}

/* Of two neighbours in order, one is an ancestor of the other, which lacks a child on that side. */
void vma_link(struct vma_tree *tree, const struct vma_place *place, struct vma *vma)
{
	struct vma *below = place->below, *above = place->above;

	ASSERT(vma->start < vma->end && (!below || below->end <= vma->start) &&
	       (!above || vma->end <= above->start));
	if (below && !below->node.right)
		rb_link(&vma->node, &below->node, &below->node.right);
	else if (above)
		rb_link(&vma->node, &above->node, &above->node.left);
	else
		rb_link(&vma->node, NULL, &tree->root.node);
	list_in(tree, place, vma);
	vma_gap_linked(vma);
	rb_link_fixup(&vma->node, &tree->root, vma_gap_rotated);
	tree->count++;
	tree->recent = vma;
}

void vma_unlink(struct vma_tree *tree, struct vma *vma)
{
	bool moved = vma->node.left && vma->node.right;
	struct rb_hole hole = rb_unlink(&vma->node, &tree->root);

	list_out(tree, vma);
	vma_gap_unlinked(&hole, vma, moved);
	rb_unlink_fixup(&hole, &tree->root, vma_gap_rotated);
	tree->count--;
	if (tree->recent == vma)
		tree->recent = vma->prev;
}

void vma_insert(struct vma_tree *tree, const struct vma_place *place, struct vma *vma)
{
	vma_link(tree, place, vma);
	vma_count_pages(tree, vma, vma_pages(vma));
}

void vma_append(struct vma_tree *tree, struct vma *vma)
{
	const struct vma_place place = {.below = tree->last};

	vma_insert(tree, &place, vma);
}

struct vma *vma_pop(struct vma_tree *tree)
{
	struct vma *vma = tree->first;

	if (vma)
		tree->first = vma->next;
	return vma;
}
