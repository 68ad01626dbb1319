/*
 * What is mapped where in one address space: a tree of areas (vmas), disjoint and sorted, each a
 * run of pages with the same protection over the same backing. Addresses are bytes, of whole pages;
 * ranges exclude their end.
 *
 * Each area also knows the free gap below it, and the largest gap in its subtree, so that a place
 * for a new mapping is found in O(log n). All calls but those on a range of several areas are
 * O(log n); those are O(areas in the range * log n), so callers that must be bounded cut the range
 * at the ends of areas.
 *
 * Nothing here allocates: whoever adds an area brings its memory, calls that may have to split
 * areas take spare ones, and what leaves the tree is handed back. So once a call has begun it
 * cannot fail. Pure code: the caller holds the address space's lock around every call.
 */
#pragma once

#include "lib/base.h"
#include "lib/rbtree.h"

struct vm_object;

/* Bits of vma.flags. Those not named here are the owner's, and only compared. */
#define VMA_SHARED    (1U << 0)
#define VMA_GROWSDOWN (1U << 1) /* a stack: VMA_STACK_GUARD below it stays free of others */

/* Bytes kept free below a growing stack, as Linux's stack_guard_gap. */
#define VMA_STACK_GUARD MIB(1)

struct vma {
	union {
		struct rb_node node; /* in the tree */
		struct vma *next;    /* on a list of vmas that left it */
	};
	uint64_t start;
	uint64_t end;
	uint64_t gap;	  /* free bytes below it, without a guard, up to 1 TiB; kept by the tree */
	uint64_t max_gap; /* largest gap of the subtree; kept by the tree */
	uint32_t prot;	  /* PROT_ bits */
	uint32_t flags;	  /* VMA_ bits */
	struct vm_object *object; /* NULL: anonymous memory */
	uint64_t pgoff;		  /* offset of `start` in the object, in pages */
};

/* Where an area that starts at `start` would be hung in; valid while `link` is not NULL. */
struct vma_place {
	uint64_t start;
	struct rb_node *parent;
	struct rb_node **link;
	struct vma *prev;  /* the area below, or NULL */
	struct vma *above; /* the area above, or NULL */
};

struct vma_tree {
	struct rb_root root;
	struct vma *recent;	/* the last one found, or NULL */
	struct vma_place place; /* from vma_absorb for the vma_insert that may follow */
	uint32_t count;		/* of areas */
	uint64_t pages;		/* mapped in all */
};

/*
 * The memory for a change of a range. Before the call: spare[] holds as many unused vmas as
 * vma_splits() says, or both, and the rest is zero. Afterwards spare[0 .. used) are areas of the
 * tree, the others still the caller's, and `removed` is the list, by vma.next and ascending, of
 * those that left it. Each area counts as one user of its object: the caller takes a reference for
 * each spare that was used, first, and then gives one back for each vma removed.
 */
struct vma_edit {
	struct vma *spare[2];
	unsigned int used;
	struct vma *removed;
};

/* Make `tree` empty. */
void vma_tree_init(struct vma_tree *tree);

/* The area that holds `addr`, or NULL. */
struct vma *vma_find(struct vma_tree *tree, uint64_t addr);

/* The lowest area that ends above `addr`: the one that holds it, or the next; or NULL. */
struct vma *vma_find_from(struct vma_tree *tree, uint64_t addr);

/* The lowest area; the neighbours of one. NULL when there is none. */
struct vma *vma_first(const struct vma_tree *tree);
struct vma *vma_next(const struct vma *vma);
struct vma *vma_prev(const struct vma *vma);

/* Whether nothing is mapped in [start, end). */
bool vma_range_is_free(struct vma_tree *tree, uint64_t start, uint64_t end);

/* The end of the mapped run of pages that begins at `start`, at most `end`; `start` if none. */
uint64_t vma_mapped_until(struct vma_tree *tree, uint64_t start, uint64_t end);

/*
 * Map the range of `new` (a description; it does not enter the tree) by growing a neighbour of the
 * same protection, flags and object, at the following offset. Returns the area that now covers it,
 * or NULL with nothing done when there is none. When `new` closed the gap between two areas that
 * become one, *removed is the other one, which left the tree, else NULL. The range must be free.
 */
struct vma *vma_absorb(struct vma_tree *tree, const struct vma *new, struct vma **removed);

/* Enter `vma`, whose start, end, prot, flags, object and pgoff are set. The range must be free. */
void vma_insert(struct vma_tree *tree, struct vma *vma);

/*
 * Where [start, end) is to be cut so that at most `count` areas lie in front; `end` if need not be.
 */
uint64_t vma_cut(struct vma_tree *tree, uint64_t start, uint64_t end, unsigned int count);

/* How many spare vmas (0 to 2) a change of exactly [start, end) uses. */
unsigned int vma_splits(struct vma_tree *tree, uint64_t start, uint64_t end);

/* Unmap [start, end): what edit->removed lists afterwards are the pieces that were mapped in it. */
void vma_remove(struct vma_tree *tree, uint64_t start, uint64_t end, struct vma_edit *edit);

/* Give what is mapped in [start, end) the protection `prot`, and join areas that become alike. */
void vma_protect(struct vma_tree *tree, uint64_t start, uint64_t end, uint32_t prot,
		 struct vma_edit *edit);

/*
 * The highest free place of `size` bytes that is aligned to `align` (a power of two, at least
 * PAGE_SIZE) and lies in [low, high); 0 when there is none. For an alignment above PAGE_SIZE only
 * gaps that have room for it wherever they begin are considered, as on Linux.
 */
uint64_t vma_find_gap(struct vma_tree *tree, uint64_t size, uint64_t align, uint64_t low,
		      uint64_t high);

/*
 * Grow the stack `vma` (VMA_GROWSDOWN, anonymous) down to `start`. False, and nothing done, when
 * that is not below it now, or the guard would meet an area that can be accessed and is no stack.
 */
__must_check bool vma_grow_down(struct vma_tree *tree, struct vma *vma, uint64_t start);

/* Take any area out of a tree that is being destroyed: until NULL, no other call may follow. */
struct vma *vma_pop(struct vma_tree *tree);
