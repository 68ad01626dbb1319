/* Stacks that grow when they are touched below. */
#include "mm/space.h"

bool space_grow_stack(struct space *space, struct vma *vma, uint64_t start)
{
	if (!(vma->flags & VMA_GROWSDOWN) || vma->end - start > space->limits.stack ||
	    space_may_map(space, vma->start - start, vma->prot, vma->flags))
		return false;
	return vma_grow_down(&space->vmas, vma, start);
}
