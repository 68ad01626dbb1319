/* Stacks that grow when they are touched below. */
#include "mm/limits.h"
#include "mm/space.h"

bool space_grow_stack(struct space *space, struct vma *vma, uint64_t start)
{
	uint64_t more = vma->start - start;

	if (!(vma->flags & VMA_GROWSDOWN) || vma->end - start > space->limits.stack ||
	    !space_may_map(space, more, vma->prot, vma->flags) ||
	    ((vma->flags & VMA_LOCKED) && !space_may_lock(space, more)))
		return false;
	return vma_grow_down(&space->vmas, vma, start);
}
