#include "mm/vma.h"

#include "abi/mman.h"
#include "lib/addr.h"
#include "lib/upcall.h"

static inline struct vma *of_node(struct rb_node *node)
{
	return node ? rb_entry(node, struct vma, node) : NULL;
}

static inline uint64_t pages_of(const struct vma *vma)
{
	return (vma->end - vma->start) >> PAGE_SHIFT;
}

/* --- gaps --- */

/* Where the free gap below `vma` ends. */
static inline uint64_t low_edge(const struct vma *vma)
{
	if (!(vma->flags & VMA_GROWSDOWN))
		return vma->start;
	return vma->start > VMA_STACK_GUARD ? vma->start - VMA_STACK_GUARD : 0;
}

/*
 * Gaps are kept as at most this. The hole between the heap and the stack is larger: what is mapped
 * there changes no max_gap on the way to the root. Gaps that large are few.
 */
#define GAP_MAX TIB(1)

/* The free bytes between `vma` and `prev`, the area below it, or NULL. */
static inline uint64_t bytes_between(const struct vma *prev, const struct vma *vma)
{
	uint64_t top = low_edge(vma);
	uint64_t bottom = prev ? prev->end : 0;

	return top > bottom ? top - bottom : 0;
}

/* The same as it is kept. */
static inline uint64_t gap_above(const struct vma *prev, const struct vma *vma)
{
	return MIN(bytes_between(prev, vma), GAP_MAX);
}

/* Recompute one area's max_gap from its gap and its children. */
static inline void update_max(struct vma *vma)
{
	const struct vma *left = of_node(vma->node.left);
	const struct vma *right = of_node(vma->node.right);
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
	bool more = last != NULL;

	for (; node; node = rb_parent(node)) {
		struct vma *vma = of_node(node);
		uint64_t old = vma->max_gap;

		update_max(vma);
		if (node == last)
			more = false;
		if (!more && vma->max_gap == old)
			return;
	}
}

/*
 * The same after the tree was rebalanced from `node` upward. A rotation makes the node that moves
 * down a child of one that is on the path from `node` to the root or joins that path itself, so
 * the children of the path are recomputed with it; deeper subtrees moved as a whole.
 */
static void update_rebalanced(struct rb_node *node)
{
	for (; node; node = rb_parent(node)) {
		if (node->left)
			update_max(of_node(node->left));
		if (node->right)
			update_max(of_node(node->right));
		update_max(of_node(node));
	}
}

/* The gap below `vma` (or NULL: none) is now that above `prev`. */
static void set_gap(const struct vma *prev, struct vma *vma)
{
	if (!vma)
		return;
	vma->gap = gap_above(prev, vma);
	update_upward(&vma->node, NULL);
}

/* --- single areas --- */

void vma_tree_init(struct vma_tree *tree)
{
	*tree = (struct vma_tree){0};
}

static inline bool holds(const struct vma *vma, uint64_t addr)
{
	return addr - vma->start < vma->end - vma->start;
}

struct vma *vma_find_from(struct vma_tree *tree, uint64_t addr)
{
	struct rb_node *node = tree->root.node;
	struct vma *found = NULL;

	if (tree->recent && holds(tree->recent, addr))
		return tree->recent;
	while (node) {
		struct vma *vma = of_node(node);

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

struct vma *vma_first(const struct vma_tree *tree)
{
	return of_node(rb_first(&tree->root));
}

struct vma *vma_next(const struct vma *vma)
{
	return of_node(rb_next(&vma->node));
}

struct vma *vma_prev(const struct vma *vma)
{
	return of_node(rb_prev(&vma->node));
}

bool vma_range_is_free(struct vma_tree *tree, uint64_t start, uint64_t end)
{
	struct vma *vma = vma_find_from(tree, start);

	return !vma || vma->start >= end;
}

uint64_t vma_mapped_until(struct vma_tree *tree, uint64_t start, uint64_t end)
{
	struct vma *vma = vma_find_from(tree, start);

	while (vma && vma->start <= start && start < end) {
		start = vma->end;
		vma = vma_next(vma);
	}
	return MIN(start, end);
}

/* Find where an area that starts at `start` belongs; kept in the tree until it changes. */
static const struct vma_place *find_place(struct vma_tree *tree, uint64_t start)
{
	struct vma_place place = {.start = start, .link = &tree->root.node};

	while (*place.link) {
		struct vma *vma = of_node(*place.link);

		place.parent = &vma->node;
		if (start < vma->start) {
			place.above = vma;
			place.link = &vma->node.left;
		} else {
			place.prev = vma;
			place.link = &vma->node.right;
		}
	}
	tree->place = place;
	return &tree->place;
}

static inline void forget_place(struct vma_tree *tree)
{
	tree->place.link = NULL;
}

static inline bool is_red(const struct rb_node *node)
{
	return !(node->parent_color & RB_BLACK);
}

/* vma_insert() without the count of pages. */
static void insert(struct vma_tree *tree, struct vma *vma)
{
	const struct vma_place *place = &tree->place;
	bool rebalances;

	if (!place->link || place->start != vma->start)
		place = find_place(tree, vma->start);
	ASSERT(vma->start < vma->end && (!place->prev || place->prev->end <= vma->start) &&
	       (!place->above || vma->end <= place->above->start));
	rebalances = place->parent && is_red(place->parent);
	rb_link(&vma->node, place->parent, place->link);
	vma->gap = gap_above(place->prev, vma);
	vma->max_gap = vma->gap;
	if (place->above)
		place->above->gap = gap_above(vma, place->above);
	/* All that changed, the area above included, is on the path from the new leaf upward. */
	rb_insert_fixup(&vma->node, &tree->root);
	if (rebalances)
		update_rebalanced(&vma->node);
	else
		update_upward(place->parent, place->above ? &place->above->node : NULL);
	tree->count++;
	tree->recent = vma;
	forget_place(tree);
}

void vma_insert(struct vma_tree *tree, struct vma *vma)
{
	insert(tree, vma);
	tree->pages += pages_of(vma);
}

/*
 * Unhang `vma`, so that `prev` is now below the area above it, which is returned. When `vma` has
 * two children, that area takes its place. Only a black leaf's leaving rebalances the tree.
 */
static struct vma *erase(struct vma_tree *tree, struct vma *vma, const struct vma *prev)
{
	struct vma *above = vma_next(vma);
	struct rb_node *node = &vma->node;
	bool two = node->left && node->right;
	struct rb_node *leaving = two ? &above->node : node; /* its place, that is */
	bool rebalances = !is_red(leaving) && !leaving->left && !leaving->right;
	struct rb_node *lowest = rb_parent(leaving);

	if (two && lowest == node)
		lowest = leaving;
	else if (!two && node->right)
		lowest = node->right; /* the area above */
	if (above)
		above->gap = gap_above(prev, above);
	rb_erase(node, &tree->root);
	if (rebalances)
		update_rebalanced(lowest);
	else
		update_upward(lowest, above ? &above->node : NULL);
	tree->count--;
	if (tree->recent == vma)
		tree->recent = NULL;
	forget_place(tree);
	return above;
}

/* --- joining --- */

/* Whether `low` and `high` can be one area, lying side by side. */
static bool alike(const struct vma *low, const struct vma *high)
{
	return low->end == high->start && low->prot == high->prot && low->flags == high->flags &&
	       low->object == high->object &&
	       (!low->object || low->pgoff + pages_of(low) == high->pgoff);
}

struct vma *vma_absorb(struct vma_tree *tree, const struct vma *new, struct vma **removed)
{
	const struct vma_place *place = find_place(tree, new->start);
	struct vma *above = place->above;
	struct vma *prev = place->prev;
	bool joins_prev = prev && alike(prev, new);
	bool joins_above = above && alike(new, above);

	ASSERT(new->start < new->end && (!prev || prev->end <= new->start) &&
	       (!above || new->end <= above->start));
	*removed = NULL;
	if (!joins_prev && !joins_above)
		return NULL;
	tree->pages += pages_of(new);
	if (!joins_prev) {
		above->start = new->start;
		above->pgoff = new->pgoff;
		set_gap(prev, above);
		return above;
	}
	prev->end = new->end;
	if (joins_above) {
		prev->end = above->end;
		(void)erase(tree, above, prev);
		*removed = above;
	} else {
		set_gap(prev, above);
	}
	return prev;
}

/* --- ranges --- */

/* Cut `vma` in two at `addr`, inside it. The upper part, a spare. */
static struct vma *split(struct vma_tree *tree, struct vma *vma, uint64_t addr,
			 struct vma_edit *edit)
{
	struct vma *upper = edit->spare[edit->used];

	ASSERT(edit->used < ARRAY_SIZE(edit->spare) && upper);
	edit->used++;
	*upper = *vma;
	upper->start = addr;
	upper->pgoff += (addr - vma->start) >> PAGE_SHIFT;
	vma->end = addr;
	insert(tree, upper);
	return upper;
}

uint64_t vma_cut(struct vma_tree *tree, uint64_t start, uint64_t end, unsigned int count)
{
	const struct vma *vma = vma_find_from(tree, start);

	for (; vma && vma->start < end && count; count--)
		vma = vma_next(vma);
	return vma && vma->start < end ? vma->start : end;
}

unsigned int vma_splits(struct vma_tree *tree, uint64_t start, uint64_t end)
{
	struct vma *first = vma_find_from(tree, start);
	struct vma *last;

	if (!first || (first->start == start && first->end == end))
		return 0;
	last = vma_find(tree, end);
	return (unsigned int)(first->start < start) + (last && last->start < end);
}

/* Cut areas at both ends of [start, end). The first inside, or the one above, or NULL. */
static struct vma *isolate(struct vma_tree *tree, uint64_t start, uint64_t end,
			   struct vma_edit *edit)
{
	struct vma *first = vma_find_from(tree, start);
	struct vma *last;

	ASSERT(start < end);
	if (first && first->start < start)
		first = split(tree, first, start, edit);
	if (!first || first->end == end)
		return first;
	last = vma_find(tree, end);
	if (last && last->start < end)
		(void)split(tree, last, end, edit);
	return first;
}

/* Note that `vma` left the tree; `tail` is where the list ends. The new such place. */
static struct vma **append(struct vma **tail, struct vma *vma)
{
	vma->next = NULL;
	*tail = vma;
	return &vma->next;
}

void vma_remove(struct vma_tree *tree, uint64_t start, uint64_t end, struct vma_edit *edit)
{
	struct vma *vma = isolate(tree, start, end, edit);
	struct vma **tail = &edit->removed;
	struct vma *prev;

	if (!vma || vma->start >= end)
		return;
	prev = vma_prev(vma);
	while (vma && vma->start < end) {
		struct vma *above = erase(tree, vma, prev);

		tree->pages -= pages_of(vma);
		tail = append(tail, vma);
		vma = above;
	}
}

/* Join areas that are alike, from the one below `first` to the one that begins at `end`. */
static void join(struct vma_tree *tree, struct vma *first, uint64_t end, struct vma_edit *edit)
{
	struct vma **tail = &edit->removed;
	struct vma *vma = vma_prev(first);
	struct vma *next;

	if (!vma)
		vma = first;
	for (next = vma_next(vma); next && next->start <= end; next = vma_next(vma)) {
		if (!alike(vma, next)) {
			vma = next;
			continue;
		}
		vma->end = next->end;
		(void)erase(tree, next, vma);
		tail = append(tail, next);
	}
}

void vma_protect(struct vma_tree *tree, uint64_t start, uint64_t end, uint32_t prot,
		 struct vma_edit *edit)
{
	struct vma *first = isolate(tree, start, end, edit);
	struct vma *vma;

	if (!first || first->start >= end)
		return;
	for (vma = first; vma && vma->start < end; vma = vma_next(vma))
		vma->prot = prot;
	join(tree, first, end, edit);
}

/* --- places --- */

/* Whether the subtree at `node` has a gap of `size`, at most GAP_MAX. */
static inline bool has_gap(struct rb_node *node, uint64_t size)
{
	return node && of_node(node)->max_gap >= size;
}

/* The highest area of the subtree at `node` with a gap of at least `size`; there is one. */
static struct vma *highest_gap(struct rb_node *node, uint64_t size)
{
	for (;;) {
		if (has_gap(node->right, size))
			node = node->right;
		else if (of_node(node)->gap >= size)
			return of_node(node);
		else
			node = node->left;
	}
}

/* The highest area, at or below `vma`, with a gap of at least `size`, or NULL. */
static struct vma *gap_at_or_below(struct vma *vma, uint64_t size)
{
	struct rb_node *node = &vma->node;
	struct rb_node *child;

	while (of_node(node)->gap < size) {
		if (has_gap(node->left, size))
			return highest_gap(node->left, size);
		do {
			child = node;
			node = rb_parent(node);
			if (!node)
				return NULL;
		} while (node->left == child);
	}
	return of_node(node);
}

/* The same for any size: among the largest gaps, at most 128 in the user half, one after another.
 */
static struct vma *large_gap_at_or_below(struct vma *vma, uint64_t size)
{
	while (vma) {
		struct vma *prev;

		vma = gap_at_or_below(vma, MIN(size, GAP_MAX));
		if (!vma || size <= GAP_MAX)
			return vma;
		prev = vma_prev(vma);
		if (bytes_between(prev, vma) >= size)
			return vma;
		vma = prev;
	}
	return NULL;
}

uint64_t vma_find_gap(struct vma_tree *tree, uint64_t size, uint64_t align, uint64_t low,
		      uint64_t high)
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
		top = MIN(low_edge(vma), high);
	}
	if (top < low + needed)
		return 0;
	return ALIGN_DOWN(top - size, align);
}

bool vma_grow_down(struct vma_tree *tree, struct vma *vma, uint64_t start)
{
	struct vma *prev = vma_prev(vma);
	bool guarded = prev && (prev->prot & (PROT_READ | PROT_WRITE | PROT_EXEC)) &&
		       !(prev->flags & VMA_GROWSDOWN);

	if (start >= vma->start || (prev && start < prev->end))
		return false;
	if (guarded && start - prev->end < VMA_STACK_GUARD)
		return false;
	tree->pages += (vma->start - start) >> PAGE_SHIFT;
	vma->start = start;
	set_gap(prev, vma);
	return true;
}

struct vma *vma_pop(struct vma_tree *tree)
{
	struct rb_node **link = &tree->root.node;
	struct vma *vma = of_node(*link);

	while (vma && (vma->node.left || vma->node.right)) {
		link = vma->node.left ? &vma->node.left : &vma->node.right;
		vma = of_node(*link);
	}
	*link = NULL;
	tree->recent = NULL;
	forget_place(tree);
	return vma;
}
