/* Copying an address space, copy-on-write. */
#include "abi/errno.h"
#include "mm/object.h"
#include "mm/space.h"
#include "mm/umap.h"
#include "mm/vma_cache.h"

#define CHUNK_BUDGET 512 /* pages looked at, at about 30 instructions each */
#define VMA_COST     24	 /* what a vma counts for */

static int copy_area(struct space *to, const struct vma *vma)
{
	struct vma *copy = vma_alloc();

	if (!copy)
		return -ENOMEM;
	*copy = *vma;
	copy->flags &= ~(VMA_LOCKED | VMA_ON_FAULT);
	if (copy->object)
		object_get(copy->object);
	vma_append(&to->vmas, copy);
	return 0;
}

/* One area, from *cursor on. [from's lock] */
static sysret_t copy_some(struct space *from, struct space *to, const struct vma *vma,
			  uint64_t *cursor, unsigned *budget)
{
	struct tlb_batch batch;
	sysret_t result;

	if (vma->flags & VMA_NO_FORK) {
		*budget -= MIN(*budget, (unsigned)VMA_COST);
		*cursor = vma->end;
		return 0;
	}
	if (!vma_find(&to->vmas, vma->start)) {
		int error = copy_area(to, vma);

		if (error)
			return error;
		*budget -= MIN(*budget, (unsigned)VMA_COST);
		*cursor = vma->start;
	}
	/* What is shared is found in its object. */
	if ((vma->flags & (VMA_SHARED | VMA_WIPE_FORK)) || !vma->touched) {
		*cursor = vma->end;
		return 0;
	}
	tlb_batch_init(&batch, from);
	result = umap_copy(from, to, cursor, vma->end, budget, &batch);
	tlb_batch_finish(&batch);
	return result;
}

/* The child's space is nobody's yet, so its lock is not taken: two locks of one rank never are. */
sysret_t space_fork_chunk(struct space *from, struct space *to, uint64_t *cursor)
{
	unsigned budget = CHUNK_BUDGET;
	struct vma *vma = NULL;
	sysret_t result = 0;

	lock_acquire(&from->lock);
	to->brk_start = from->brk_start;
	to->brk = from->brk;
	to->mmap_top = from->mmap_top;
	to->limits = from->limits;
	while ((vma = vma_find_from(&from->vmas, *cursor)) && budget && !result)
		result = copy_some(from, to, vma, cursor, &budget);
	lock_release(&from->lock);
	if (result)
		return result;
	return vma ? SYS_AGAIN : 0;
}
