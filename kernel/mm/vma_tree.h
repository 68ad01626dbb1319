/* What the files of the vma tree share; nobody else includes it. */
#pragma once

#include "lib/addr.h"
#include "mm/vma.h"

static inline struct vma *vma_of(struct rb_node *node)
{
	return node ? rb_entry(node, struct vma, node) : NULL;
}

static inline uint64_t vma_pages(const struct vma *vma)
{
	return (vma->end - vma->start) >> PAGE_SHIFT;
}

/* `pages` more are of the kind of `vma`; for less, the negative number. */
static inline void vma_count_kinds(struct vma_tree *tree, const struct vma *vma, uint64_t pages)
{
	if (vma->flags & VMA_LOCKED)
		tree->locked += pages;
	if (vma_is_data(vma->prot, vma->flags))
		tree->data += pages;
}

/* The same, and they are mapped. */
static inline void vma_count_pages(struct vma_tree *tree, const struct vma *vma, uint64_t pages)
{
	tree->pages += pages;
	vma_count_kinds(tree, vma, pages);
}

/* Hang `vma` in at `place`. The counts of pages are the caller's. */
void vma_link(struct vma_tree *tree, const struct vma_place *place, struct vma *vma);

/* Unhang `vma`; its `next` stays as it is. The counts of pages are the caller's. */
void vma_unlink(struct vma_tree *tree, struct vma *vma);

/* The end of the area below `vma` (NULL: none), or its own start or flags, have changed. */
void vma_gap_changed(struct vma *vma);

/* After rb_link(): the gaps of `vma` and of the area above it, up to the root. */
void vma_gap_linked(struct vma *vma);

/*
 * After rb_unlink() of `left`: the gap of the area above it, up to the root. `moved`: that area has
 * its place now.
 */
void vma_gap_unlinked(const struct rb_hole *hole, const struct vma *left, bool moved);

/* After a rotation: the largest gaps of the two. An rb_rotated_fn. */
void vma_gap_rotated(struct rb_node *down, struct rb_node *up);
