/*
 * Red-black trees, the textbook's rules: the root is black, a red node has no red child, and every
 * path from a node down to an empty place passes the same number of black nodes. Left and right
 * are handled by the same code: `side` is 0 or 1, an index of child[].
 */
#include "lib/rbtree.h"

/* An empty place counts as black. */
static bool is_red(const struct rb_node *node)
{
	return node != NULL && (node->parent_color & RB_BLACK) == RB_RED;
}

static void set_red(struct rb_node *node)
{
	node->parent_color &= ~RB_BLACK;
}

static void set_black(struct rb_node *node)
{
	node->parent_color |= RB_BLACK;
}

static void set_parent(struct rb_node *node, const struct rb_node *parent)
{
	node->parent_color = (uintptr_t)parent | (node->parent_color & RB_BLACK);
}

static void copy_color(struct rb_node *node, const struct rb_node *from)
{
	node->parent_color = (node->parent_color & ~RB_BLACK) | (from->parent_color & RB_BLACK);
}

/* Make `new` (or nothing) the child of `parent` (or the root) in the place of `old`. */
static void replace_child(struct rb_root *root, struct rb_node *parent, const struct rb_node *old,
			  struct rb_node *new)
{
	if (parent == NULL)
		root->node = new;
	else
		parent->child[parent->right == old] = new;
	if (new != NULL)
		set_parent(new, parent);
}

/* A tree under change. */
struct tree {
	struct rb_root *root;
	rb_rotated_fn *rotated;
};

/* Move `node` down to the given side; its child of the other side takes its place. */
static void rotate(const struct tree *tree, struct rb_node *node, int side)
{
	struct rb_node *up = node->child[!side];
	struct rb_node *inner = up->child[side];

	replace_child(tree->root, rb_parent(node), node, up);
	up->child[side] = node;
	set_parent(node, up);
	node->child[!side] = inner;
	if (inner != NULL)
		set_parent(inner, node);
	if (tree->rotated)
		tree->rotated(node, up);
}

/* A red node under a red parent is the only rule that may be broken; it moves up until it is not.
 */
void rb_link_fixup(struct rb_node *node, struct rb_root *root, rb_rotated_fn *rotated)
{
	const struct tree tree = {root, rotated};

	while (is_red(rb_parent(node))) {
		struct rb_node *parent = rb_parent(node);
		struct rb_node *grand = rb_parent(parent); /* exists: the root is black */
		int side = grand->right == parent;
		struct rb_node *uncle = grand->child[!side];

		if (is_red(uncle)) {
			set_black(parent);
			set_black(uncle);
			set_red(grand);
			node = grand;
			continue;
		}
		if (parent->child[!side] == node) {
			rotate(&tree, parent, side);
			parent = node;
		}
		set_black(parent);
		set_red(grand);
		rotate(&tree, grand, !side);
		break;
	}
	set_black(root->node);
}

void rb_insert_fixup(struct rb_node *node, struct rb_root *root)
{
	rb_link_fixup(node, root, NULL);
}

/* Exchange the places and colours of `node`, which has two children, and its successor. */
static void swap_with_next(struct rb_root *root, struct rb_node *node)
{
	struct rb_node *next = rb_next(node);
	struct rb_node saved = *next;

	replace_child(root, rb_parent(node), node, next);
	copy_color(next, node);
	next->left = node->left;
	set_parent(next->left, next);
	if (rb_parent(&saved) == node) {
		next->right = node;
		set_parent(node, next);
	} else {
		next->right = node->right;
		set_parent(next->right, next);
		rb_parent(&saved)->left = node;
		set_parent(node, rb_parent(&saved));
	}
	copy_color(node, &saved);
	node->left = NULL;
	node->right = saved.right;
	if (saved.right != NULL)
		set_parent(saved.right, node);
}

/*
 * The sibling of a place that lacks one black node, made black: when it is red, a rotation at
 * their parent brings one of its black children into its place.
 */
static struct rb_node *black_sibling(const struct tree *tree, struct rb_node *parent, int side)
{
	struct rb_node *sibling = parent->child[!side];

	if (is_red(sibling)) {
		set_black(sibling);
		set_red(parent);
		rotate(tree, parent, side);
		sibling = parent->child[!side];
	}
	return sibling;
}

/* Give the lacking side a black node from the sibling, which has a red child. */
static void borrow_black(const struct tree *tree, struct rb_node *parent, struct rb_node *sibling,
			 int side)
{
	if (!is_red(sibling->child[!side])) {
		set_black(sibling->child[side]);
		set_red(sibling);
		rotate(tree, sibling, !side);
		sibling = parent->child[!side];
	}
	copy_color(sibling, parent);
	set_black(parent);
	set_black(sibling->child[!side]);
	rotate(tree, parent, side);
}

void rb_unlink_fixup(const struct rb_hole *hole, struct rb_root *root, rb_rotated_fn *rotated)
{
	const struct tree tree = {root, rotated};
	struct rb_node *node = hole->child, *parent = hole->parent;

	if (!hole->lacks_black)
		return;
	while (parent != NULL && !is_red(node)) {
		int side = parent->left != node;
		struct rb_node *sibling = black_sibling(&tree, parent, side);

		if (is_red(sibling->left) || is_red(sibling->right)) {
			borrow_black(&tree, parent, sibling, side);
			return;
		}
		set_red(sibling);
		node = parent;
		parent = rb_parent(node);
	}
	if (node != NULL)
		set_black(node);
}

struct rb_hole rb_unlink(struct rb_node *node, struct rb_root *root)
{
	struct rb_hole hole;

	if (node->left != NULL && node->right != NULL)
		swap_with_next(root, node);
	hole.child = node->left != NULL ? node->left : node->right;
	hole.parent = rb_parent(node);
	hole.lacks_black = !is_red(node);
	replace_child(root, hole.parent, node, hole.child);
	return hole;
}

void rb_erase(struct rb_node *node, struct rb_root *root)
{
	const struct rb_hole hole = rb_unlink(node, root);

	rb_unlink_fixup(&hole, root, NULL);
}

/* The outermost node of the subtree at `node` on the given side. */
static struct rb_node *outermost(struct rb_node *node, int side)
{
	while (node != NULL && node->child[side] != NULL)
		node = node->child[side];
	return node;
}

struct rb_node *rb_first(const struct rb_root *root)
{
	return outermost(root->node, 0);
}

struct rb_node *rb_last(const struct rb_root *root)
{
	return outermost(root->node, 1);
}

/* The next node on the given side: deepest below, or the first ancestor that lies there. */
static struct rb_node *neighbour(const struct rb_node *node, int side)
{
	struct rb_node *parent;

	if (node->child[side] != NULL)
		return outermost(node->child[side], !side);
	for (parent = rb_parent(node); parent != NULL && parent->child[side] == node;
	     parent = rb_parent(node))
		node = parent;
	return parent;
}

struct rb_node *rb_next(const struct rb_node *node)
{
	return neighbour(node, 1);
}

struct rb_node *rb_prev(const struct rb_node *node)
{
	return neighbour(node, 0);
}
