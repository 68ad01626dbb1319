/*
 * Red-black trees. The node is a part of the element; the owner keeps the order, by searching for
 * the place of a new node itself:
 *
 *	struct rb_node *parent = NULL, **link = &root->node;
 *
 *	while (*link) {
 *		parent = *link;
 *		link = key < key_of(parent) ? &parent->left : &parent->right;
 *	}
 *	rb_link(&element->node, parent, link);
 *	rb_insert_fixup(&element->node, root);
 *
 * A tree of n nodes is at most 2*log2(n+1) deep, and nothing here recurses. The tree is guarded by
 * whatever guards its owner.
 */
#pragma once

#include "lib/base.h"

struct rb_node {
	uintptr_t parent_color; /* address of the parent; bit 0: RB_BLACK or RB_RED */
	union {
		struct {
			struct rb_node *left;
			struct rb_node *right;
		};
		struct rb_node *child[2]; /* the same two, for code that mirrors */
	};
};

struct rb_root {
	struct rb_node *node; /* NULL: empty */
};

#define RB_RED	 0UL
#define RB_BLACK 1UL

#define rb_entry(ptr, type, member) container_of(ptr, type, member)

static inline struct rb_node *rb_parent(const struct rb_node *node)
{
	return (struct rb_node *)(node->parent_color & ~RB_BLACK);
}

static inline bool rb_empty(const struct rb_root *root)
{
	return root->node == NULL;
}

/* Hang the new `node` at `*link`, the empty left or right of `parent` (or the root's node). */
static inline void rb_link(struct rb_node *node, struct rb_node *parent, struct rb_node **link)
{
	node->parent_color = (uintptr_t)parent | RB_RED;
	node->left = NULL;
	node->right = NULL;
	*link = node;
}

/*
 * A tree whose elements summarise their subtrees is told of each rotation: `up` has just taken the
 * place of `down`, which is now its child. NULL for trees that do not. Other changes of the shape,
 * by rb_link() and rb_unlink(), are the owner's to follow from the place upward.
 */
typedef void rb_rotated_fn(struct rb_node *down, struct rb_node *up);

/* Restore the balance after rb_link(); the second for trees without summaries. */
void rb_link_fixup(struct rb_node *node, struct rb_root *root, rb_rotated_fn *rotated);
void rb_insert_fixup(struct rb_node *node, struct rb_root *root);

/* What a node leaves behind: paths through the place may lack a black node. */
struct rb_hole {
	struct rb_node *parent; /* of the place, or NULL: the root's */
	struct rb_node *child;	/* what is in it now, or NULL */
	bool lacks_black;
};

/*
 * Take `node`, which must be in the tree, out of it. If it has two children, the next node moves
 * to its place, and the hole is where that was. The node's own fields mean nothing afterwards.
 */
struct rb_hole rb_unlink(struct rb_node *node, struct rb_root *root);

/* Restore the balance after rb_unlink(). */
void rb_unlink_fixup(const struct rb_hole *hole, struct rb_root *root, rb_rotated_fn *rotated);

/* Both, for trees without summaries. */
void rb_erase(struct rb_node *node, struct rb_root *root);

/* The node with the smallest and the greatest key, or NULL when the tree is empty. */
struct rb_node *rb_first(const struct rb_root *root);
struct rb_node *rb_last(const struct rb_root *root);

/* The neighbour of `node` in the order, or NULL when it is the last, or first. */
struct rb_node *rb_next(const struct rb_node *node);
struct rb_node *rb_prev(const struct rb_node *node);
