/* Memory for vmas, and the references that vmas hold. */
#pragma once

#include "mm/vma.h"

/* At boot, after the frame allocator. */
void vma_cache_init(void);

/* An unused vma, of which all is to be written; NULL without memory. Takes RANK_SLAB. */
struct vma *vma_alloc(void);

/* Free a vma that is in no tree, and give its reference to its object back. */
void vma_release(struct vma *vma);

/* Linux's limit of areas in one space (vm.max_map_count). */
#define VMA_COUNT_MAX 65530

/*
 * vma.h's changes with the memory that they need. Each is 0, or -ENOMEM with nothing done: there is
 * no memory, or there are too many areas. RANK_SLAB.
 */

/* Map the range of `area`, a description, which lies at `place`. */
int vma_map(struct vma_tree *tree, const struct vma_place *place, const struct vma *area);

/* The same as an area of its own, whatever lies beside it. */
int vma_map_apart(struct vma_tree *tree, const struct vma_place *place, const struct vma *area);

/* Unmap the range, with vma_remove(). */
int vma_unmap(struct vma_tree *tree, const struct vma_range *range);

/* vma_change(). */
int vma_alter(struct vma_tree *tree, const struct vma_range *range,
	      const struct vma_change *change);

/* Vmas that are in use. A hint, unless the machine stands still. */
uint64_t vma_cache_in_use(void);
