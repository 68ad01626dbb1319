/* Memory for vmas, and the references that vmas hold. */
#pragma once

#include "mm/vma.h"

/* At boot, after the frame allocator. */
void vma_cache_init(void);

/* An unused vma, cleared; NULL without memory. Takes RANK_SLAB. */
struct vma *vma_alloc(void);

/* Free a vma that is in no tree, without touching its object's count. NULL is allowed. */
void vma_free(struct vma *vma);

/* The same, and give its reference to its object back. */
void vma_release(struct vma *vma);

/* Linux's limit of areas in one space (vm.max_map_count). */
#define VMA_COUNT_MAX 65530

/*
 * The memory for a change of `tree` that splits `n` areas (0 to 2): spares[0 .. n), the rest is
 * NULL. False without memory, or when there are too many areas. Takes RANK_SLAB.
 */
__must_check bool vma_spares_alloc(const struct vma_tree *tree, unsigned n, struct vma *spares[2]);

/*
 * After the change: the spares, which are areas now, take their references, and the areas that left
 * the tree, a list by vma.next, are released.
 */
void vma_change_end(struct vma *const spares[2], struct vma *removed);
