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

/* Begin an edit with as many spares as vma_splits() says; false without memory. RANK_SLAB. */
__must_check bool vma_edit_begin(struct vma_edit *edit, unsigned spares);

/* After the edit: references of the spares used are taken, what left the tree is released. */
void vma_edit_end(struct vma_edit *edit);
