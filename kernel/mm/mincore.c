/* What of a space is in memory, and what msync has to look at. */
#include "abi/errno.h"
#include "abi/mman.h"
#include "lib/string.h"
#include "mm/frames.h"
#include "mm/object.h"
#include "mm/space.h"
#include "mm/umap.h"

#define SYNC_AREAS 64 /* looked at in a chunk */

/* Pages of [va, end) that are mapped; `there` is for the page at `va` on. [lock] */
static void note_mapped(const struct space *space, uint64_t va, uint64_t end, uint8_t *there)
{
	uint64_t start = va, at;
	unsigned budget = UINT32_MAX; /* few: the caller's buffer is small */
	pte_t *entry;

	while (va < end && (entry = umap_next(space, va, end, &at, &budget)) != NULL) {
		uint64_t stop = MIN(at + umap_size(*entry), end);

		memset(there + ((at - start) >> PAGE_SHIFT), 1, (stop - at) >> PAGE_SHIFT);
		va = stop;
	}
}

static bool object_has(struct vm_object *object, uint64_t index)
{
	struct page *page = object->ops->page(object, index, false);

	if (page)
		frame_put(page);
	return page;
}

/* The same of one area, with what its object has beyond that. [lock] */
static void note_area(const struct space *space, const struct vma *vma, uint64_t va, uint64_t end,
		      uint8_t *there)
{
	uint64_t pages = (end - va) >> PAGE_SHIFT;
	uint64_t first = vma->pgoff + ((va - vma->start) >> PAGE_SHIFT);

	memset(there, 0, pages);
	if (vma->flags & VMA_SHARED) {
		for (uint64_t i = 0; i < pages; i++)
			there[i] = object_has(vma->object, first + i);
	} else {
		note_mapped(space, va, end, there);
	}
}

sysret_t space_mincore(struct space *space, uint64_t addr, uint64_t pages, uint8_t *there)
{
	const struct vma *vma;
	uint64_t end = addr;

	lock_acquire(&space->lock);
	vma = vma_find(&space->vmas, addr);
	if (vma) {
		end = MIN(vma->end, addr + pages * PAGE_SIZE);
		note_area(space, vma, addr, end, there);
	}
	lock_release(&space->lock);
	return vma ? (sysret_t)((end - addr) >> PAGE_SHIFT) : -ENOMEM;
}

/* Why msync stops at this area, or 0. */
static int refuse_sync(const struct vma *vma, uint64_t at, uint64_t end, int flags)
{
	if (vma->start >= end || (vma->start > at && flags == MS_ASYNC))
		return -ENOMEM;
	return (flags & MS_INVALIDATE) && (vma->flags & VMA_LOCKED) ? -EBUSY : 0;
}

/* Nothing has contents elsewhere; what is left of msync is its errors, of holes at the end. */
sysret_t space_msync(struct space *space, uint64_t end, int flags, uint64_t *at, bool *hole)
{
	const struct vma *vma;
	int error = 0;

	lock_acquire(&space->lock);
	vma = vma_find_from(&space->vmas, *at);
	for (unsigned i = 0; i < SYNC_AREAS && vma && *at < end && !error; i++) {
		error = refuse_sync(vma, *at, end, flags);
		*hole |= vma->start > *at;
		*at = vma->end;
		vma = vma->next;
	}
	lock_release(&space->lock);
	if (error)
		return error;
	if (*at < end)
		return vma ? SYS_AGAIN : -ENOMEM;
	return *hole ? -ENOMEM : 0;
}
