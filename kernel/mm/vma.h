/*
 * What is mapped where in one address space: a tree of areas (vmas), disjoint and sorted, each a
 * run of pages with the same protection over the same backing. Addresses are bytes, of whole pages;
 * ranges exclude their end.
 *
 * The areas are also a list in order, so the neighbours of one are at hand; and each knows the free
 * gap below it and the largest gap in its subtree, so that a place for a new mapping is found in
 * O(log n). Calls that look for an address are O(log n), those on a range O(areas in it * log n):
 * callers that must be bounded cut the range at the ends of areas (vma_range_find).
 *
 * Nothing here allocates: whoever adds an area brings its memory, calls that may have to split
 * areas take spare ones, and what leaves the tree is handed back. So once a call has begun it
 * cannot fail. Pure code: the caller holds the address space's lock around every call.
 */
#pragma once

#include "abi/mman.h"
#include "lib/base.h"
#include "lib/rbtree.h"

struct vm_object;

/* Bits of vma.flags. Those not named here are the owner's, and only compared. */
#define VMA_SHARED     (1U << 0)
#define VMA_GROWSDOWN  (1U << 1) /* a stack: VMA_STACK_GUARD below it stays free of others */
#define VMA_LARGE      (1U << 2) /* MADV_HUGEPAGE: large pages where thp=madvise, too */
#define VMA_NO_LARGE   (1U << 3) /* MADV_NOHUGEPAGE */
#define VMA_LOCKED     (1U << 4) /* mlock: its pages are made at once and stay */
#define VMA_ON_FAULT   (1U << 5) /* with VMA_LOCKED: they are made when they are touched */
#define VMA_NO_FORK    (1U << 6) /* MADV_DONTFORK: a child does not get it */
#define VMA_WIPE_FORK  (1U << 7) /* MADV_WIPEONFORK: a child gets it empty */
#define VMA_NO_DUMP    (1U << 8) /* MADV_DONTDUMP */
#define VMA_NO_RESERVE (1U << 9) /* MAP_NORESERVE: more than there is may be promised */

/* Bytes kept free below a growing stack, as Linux's stack_guard_gap. */
#define VMA_STACK_GUARD MIB(1)

struct vma {
	struct rb_node node;
	struct vma *prev; /* the areas below and above, or NULL */
	struct vma *next; /* also the next on a list of vmas that left the tree */
	uint64_t start;
	uint64_t end;
	uint64_t gap;	  /* free bytes below it, without a guard, up to 1 TiB; kept by the tree */
	uint64_t max_gap; /* largest gap of the subtree; kept by the tree */
	uint32_t prot;	  /* PROT_ bits */
	uint32_t flags;	  /* VMA_ bits */
	bool touched;	  /* since it was mapped: only then may tables have been made for it */
	struct vm_object *object; /* NULL: anonymous memory */
	uint64_t pgoff;		  /* offset of `start` in the object, in pages */
};

/* Private memory that can be written, and is no stack: what Linux counts as data. */
static inline bool vma_is_data(uint32_t prot, uint32_t flags)
{
	return (prot & PROT_WRITE) && !(flags & (VMA_SHARED | VMA_GROWSDOWN));
}

/* Where the free addresses below `vma` end. */
static inline uint64_t vma_low_edge(const struct vma *vma)
{
	if (!(vma->flags & VMA_GROWSDOWN))
		return vma->start;
	return vma->start > VMA_STACK_GUARD ? vma->start - VMA_STACK_GUARD : 0;
}

struct vma_tree {
	struct rb_root root;
	struct vma *first, *last; /* the lowest and the highest area, or NULL */
	struct vma *recent;	  /* the last one found, or NULL */
	uint32_t count;		  /* of areas */
	uint64_t pages;		  /* mapped in all, */
	uint64_t data;		  /* of these, what RLIMIT_DATA counts: vma_is_data() */
	uint64_t locked;	  /* and those in areas with VMA_LOCKED */
};

/* Free addresses, by the areas around them, NULL at the ends. Until the tree changes. */
struct vma_place {
	struct vma *below;
	struct vma *above;
};

/* The areas that have pages in [start, end), from `first` to `last`; both NULL: none. */
struct vma_range {
	uint64_t start;
	uint64_t end;
	struct vma *first;
	struct vma *last;
};

/* --- looking: vma.c --- */

/* Make `tree` empty. */
void vma_tree_init(struct vma_tree *tree);

/* The area that holds `addr`, or NULL. */
struct vma *vma_find(struct vma_tree *tree, uint64_t addr);

/* What vma_find_from() gives, by way of the tree. */
struct vma *vma_search_from(struct vma_tree *tree, uint64_t addr);

/* The lowest area that ends above `addr`: the one that holds it, or the next; or NULL. */
static inline struct vma *vma_find_from(struct vma_tree *tree, uint64_t addr)
{
	struct vma *near = tree->recent;

	/* Most look where the last one did, or right behind it. */
	if (near && near->start <= addr) {
		if (addr < near->end)
			return near;
		near = near->next;
		if (!near || addr < near->end)
			return near;
	}
	return vma_search_from(tree, addr);
}

/* Whether nothing is mapped in [start, end); *place is then where it lies. */
__must_check bool vma_range_is_free(struct vma_tree *tree, uint64_t start, uint64_t end,
				    struct vma_place *place);

/* The areas of [start, end), which is cut in front of the area that follows the first `count`. */
struct vma_range vma_range_extend(struct vma_range range, unsigned int count);
static inline struct vma_range vma_range_find(struct vma_tree *tree, uint64_t start, uint64_t end,
					      unsigned int count)
{
	struct vma_range range = {.start = start, .end = end};
	struct vma *vma = vma_find_from(tree, start);

	if (!vma || vma->start >= end)
		return range;
	range.first = vma;
	range.last = vma;
	/* Most ranges lie within one area. */
	return likely(end <= vma->end) ? range : vma_range_extend(range, count);
}

/* Whether any area of the range was touched. */
bool vma_range_touched(const struct vma_range *range);

/* Cut the range at the first address of it that is not mapped. */
void vma_range_seek_hole(struct vma_range *range);
static inline void vma_range_stop_at_hole(struct vma_range *range)
{
	const struct vma *first = range->first;

	if (unlikely(!first || first->start > range->start || first->end < range->end))
		vma_range_seek_hole(range);
}

/* Enter `vma`, whose start, end, prot, flags, object and pgoff are set, between its neighbours. */
void vma_insert(struct vma_tree *tree, const struct vma_place *place, struct vma *vma);

/* The same above all others. */
void vma_append(struct vma_tree *tree, struct vma *vma);

/* Take any area out of a tree that is being destroyed: until NULL, no other call may follow. */
struct vma *vma_pop(struct vma_tree *tree);

/* --- places: vma_gap.c --- */

/*
 * The highest free place of `size` bytes that is aligned to `align` (a power of two, at least
 * PAGE_SIZE) and lies in [low, high), with *place where that is; 0 when there is none. For an
 * alignment above PAGE_SIZE only gaps that have room for it wherever they begin are considered, as
 * on Linux.
 */
uint64_t vma_find_gap(struct vma_tree *tree, uint64_t size, uint64_t align, uint64_t low,
		      uint64_t high, struct vma_place *place);

/* --- changes: vma_change.c --- */

/*
 * Map the range of `new` (a description; it does not enter the tree), which lies at `place`, by
 * growing a neighbour of the same protection, flags and object, at the following offset. Returns
 * the area that now covers it, or NULL with nothing done when there is none. When `new` closed the
 * gap between two areas that become one, *removed is the other one, which left the tree, else NULL.
 */
struct vma *vma_absorb(struct vma_tree *tree, const struct vma_place *place, const struct vma *new,
		       struct vma **removed);

/* Whether vma_remove() of the range uses a spare: it lies within one area. */
bool vma_remove_splits(const struct vma_range *range);

/*
 * Unmap the range. The areas that left the tree, ascending, by vma.next. `spare`, which may be NULL
 * unless it is needed, becomes the part of an area above the range.
 */
struct vma *vma_remove(struct vma_tree *tree, const struct vma_range *range, struct vma *spare);

/* What is to become of an area: the bits of its protection and flags to clear, then those to set.
 */
struct vma_change {
	uint32_t prot_clear, prot_set;
	uint32_t flags_clear, flags_set;
};

/* Where vma_change() of the range splits areas. */
#define VMA_SPLIT_START 0x1
#define VMA_SPLIT_END	0x2
unsigned int vma_change_splits(const struct vma_range *range, const struct vma_change *change);

/*
 * Change what is mapped in the range, and join areas that become alike. spares[0] is for a split at
 * its start, spares[1] for one at its end, each NULL where there is none. The areas that left the
 * tree by being joined, ascending, by vma.next.
 */
struct vma *vma_change(struct vma_tree *tree, const struct vma_range *range,
		       const struct vma_change *change, struct vma *const spares[2]);

/*
 * Grow the stack `vma` (VMA_GROWSDOWN, anonymous) down to `start`. False, and nothing done, when
 * that is not below it now, or the guard would meet an area that can be accessed and is no stack.
 */
__must_check bool vma_grow_down(struct vma_tree *tree, struct vma *vma, uint64_t start);
