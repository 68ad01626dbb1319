/* mlock, munlock, mlockall, munlockall: which areas are locked. */
#include "abi/errno.h"
#include "abi/mman.h"
#include "mm/limits.h"
#include "mm/space.h"
#include "mm/umap.h"
#include "mm/vma_cache.h"

#define CHUNK_AREAS 64
#define LOCK_FLAGS  (VMA_LOCKED | VMA_ON_FAULT)

/* The pages of the range that are locked already. [lock] */
static uint64_t locked_bytes(const struct vma_range *range)
{
	uint64_t bytes = 0;

	for (const struct vma *vma = range->first; vma; vma = vma->next) {
		if (vma->flags & VMA_LOCKED)
			bytes += MIN(vma->end, range->end) - MAX(vma->start, range->start);
		if (vma == range->last)
			break;
	}
	return bytes;
}

/* Lock or unlock the areas of the range. 0 or -ENOMEM. [lock] */
static int set_flags(struct space *space, const struct vma_range *range, uint32_t flags)
{
	const struct vma_change change = {.flags_clear = LOCK_FLAGS, .flags_set = flags};

	if (umap_split_edges(space, range->start, range->end))
		return -ENOMEM;
	return vma_alter(&space->vmas, range, &change);
}

sysret_t space_mlock(struct space *space, uint64_t addr, uint64_t size, uint32_t flags,
		     uint64_t *cursor)
{
	uint64_t end = addr + size, at = *cursor ? *cursor : addr, cut;
	struct vma_range range;
	sysret_t result;

	lock_acquire(&space->lock);
	range = vma_range_find(&space->vmas, at, end, CHUNK_AREAS);
	cut = range.end;
	vma_range_stop_at_hole(&range);
	if (!*cursor && flags && !space_may_lock(space, size - locked_bytes(&range)))
		result = -ENOMEM;
	else
		result = set_flags(space, &range, flags);
	if (!result && range.end < cut)
		result = -ENOMEM;
	*cursor = cut;
	lock_release(&space->lock);
	if (!result && cut < end)
		return SYS_AGAIN;
	return result;
}

sysret_t space_mlockall(struct space *space, uint32_t flags, uint32_t new_flags, bool current,
			uint64_t *cursor)
{
	struct vma_range range = {.end = USER_END};

	lock_acquire(&space->lock);
	if (!*cursor && flags && current &&
	    space->vmas.pages > space->limits.locked >> PAGE_SHIFT) {
		lock_release(&space->lock);
		return -ENOMEM;
	}
	space->new_flags = new_flags;
	if (current) {
		range = vma_range_find(&space->vmas, *cursor, USER_END, CHUNK_AREAS);
		/* Of whole areas: that needs no memory. */
		(void)set_flags(space, &range, flags);
	}
	*cursor = range.end;
	lock_release(&space->lock);
	return range.end < USER_END ? SYS_AGAIN : 0;
}
