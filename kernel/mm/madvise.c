/* madvise. */
#include "abi/errno.h"
#include "abi/mman.h"
#include "mm/large.h"
#include "mm/lazy_free.h"
#include "mm/object.h"
#include "mm/space.h"
#include "mm/umap.h"
#include "mm/vma_cache.h"

#define CHUNK_BUDGET 256 /* pages */
_Static_assert(CHUNK_BUDGET > LARGE_COST_MAX, "a large page fits in no chunk");
#define CHUNK_AREAS 64
#define CURSOR_HOLE 1UL /* in a cursor, beside the page-aligned address */

/* Why Linux refuses the advice for this area, or 0. */
static int refusal(const struct vma *vma, int advice)
{
	bool locked = vma->flags & VMA_LOCKED, shared = vma->flags & VMA_SHARED;

	switch (advice) {
	case MADV_DONTNEED:
	case MADV_COLD:
	case MADV_PAGEOUT:
		return locked ? -EINVAL : 0;
	case MADV_FREE:
		return locked || vma->object ? -EINVAL : 0;
	case MADV_REMOVE:
		if (locked || !vma->object)
			return -EINVAL;
		return shared && (vma->prot & PROT_WRITE) ? 0 : -EACCES;
	case MADV_WIPEONFORK:
		return vma->object || shared ? -EINVAL : 0;
	default:
		return 0;
	}
}

/* Advice that is kept as flags of the area. */
static struct vma_change change_for(int advice)
{
	switch (advice) {
	case MADV_DONTFORK:
		return (struct vma_change){.flags_set = VMA_NO_FORK};
	case MADV_DOFORK:
		return (struct vma_change){.flags_clear = VMA_NO_FORK};
	case MADV_WIPEONFORK:
		return (struct vma_change){.flags_set = VMA_WIPE_FORK};
	case MADV_KEEPONFORK:
		return (struct vma_change){.flags_clear = VMA_WIPE_FORK};
	case MADV_DONTDUMP:
		return (struct vma_change){.flags_set = VMA_NO_DUMP};
	case MADV_DODUMP:
		return (struct vma_change){.flags_clear = VMA_NO_DUMP};
	case MADV_HUGEPAGE:
		return (struct vma_change){.flags_clear = VMA_NO_LARGE, .flags_set = VMA_LARGE};
	case MADV_NOHUGEPAGE:
		return (struct vma_change){.flags_clear = VMA_LARGE, .flags_set = VMA_NO_LARGE};
	default:
		return (struct vma_change){0};
	}
}

/* Let them go when memory is short. 0 or -EAGAIN. [lock] */
static int discard_lazily(struct space *space, uint64_t *va, uint64_t end)
{
	if (umap_split_edges(space, *va, end))
		return -EAGAIN;
	space_free_lazily(space, va, end);
	return 0;
}

/* Drop the pages of [*va, end), as far as the budget goes. 0 or -ENOMEM. [lock] */
static int discard_pages(struct space *space, uint64_t *va, uint64_t end)
{
	unsigned budget = CHUNK_BUDGET;
	struct tlb_batch batch;
	int error = umap_split_edges(space, *va, end);

	if (error)
		return error;
	tlb_batch_init(&batch, space);
	umap_clear(space, va, end, &budget, &batch);
	tlb_batch_finish(&batch);
	return 0;
}

/*
 * Linux punches a hole into the object. Each area's part in turn: pages that are not mapped here
 * any more may go. [lock]
 */
static int remove_pages(struct space *space, const struct vma_range *range, uint64_t *at)
{
	const struct vma *vma = range->first;
	uint64_t start, end;
	int error;

	if (!vma) {
		*at = range->end;
		return 0;
	}
	start = *at = MAX(*at, vma->start);
	end = MIN(MIN(range->end, vma->end), start + OBJECT_REMOVE_MAX * PAGE_SIZE);
	error = discard_pages(space, at, end);
	if (!error)
		vma->object->ops->remove(vma->object,
					 vma->pgoff + ((start - vma->start) >> PAGE_SHIFT),
					 (*at - start) >> PAGE_SHIFT);
	return error;
}

/* Cut the range in front of the first area that refuses; why, when that is its first, or 0. */
static int stop_at_refusal(struct vma_range *range, int advice)
{
	for (struct vma *vma = range->first; vma; vma = vma->next) {
		int error = refusal(vma, advice);

		if (error) {
			range->end = vma->start;
			range->last = vma->prev;
			return vma == range->first ? error : 0;
		}
		if (vma == range->last)
			break;
	}
	return 0;
}

/* Whether part of the range is not mapped. */
static bool has_hole(struct vma_range range)
{
	uint64_t end = range.end;

	vma_range_stop_at_hole(&range);
	return range.end < end;
}

/* One chunk, of the areas of the range; *at moves on. [lock] */
static int advise(struct space *space, const struct vma_range *range, int advice, uint64_t *at)
{
	const struct vma_change change = change_for(advice);

	if (advice == MADV_DONTNEED || advice == MADV_DONTNEED_LOCKED)
		return discard_pages(space, at, range->end);
	if (advice == MADV_REMOVE)
		return remove_pages(space, range, at);
	if (advice == MADV_FREE)
		return discard_lazily(space, at, range->end);
	if (umap_split_edges(space, *at, range->end) || vma_alter(&space->vmas, range, &change))
		return -EAGAIN;
	*at = range->end;
	return 0;
}

/* Linux acts on what is mapped and tells of holes at the end: a bit of the cursor remembers one. */
sysret_t space_madvise(struct space *space, uint64_t addr, uint64_t size, int advice,
		       uint64_t *cursor)
{
	uint64_t all = addr + size, end = MIN(all, USER_END);
	uint64_t at = *cursor ? *cursor & ~CURSOR_HOLE : addr;
	uint64_t hole = end < all ? CURSOR_HOLE : *cursor & CURSOR_HOLE;
	struct vma_range range;
	int error;

	if (at >= end)
		return -ENOMEM;
	lock_acquire(&space->lock);
	range = vma_range_find(&space->vmas, at, end, CHUNK_AREAS);
	error = stop_at_refusal(&range, advice);
	if (!error) {
		if (has_hole(range))
			hole = CURSOR_HOLE;
		error = advise(space, &range, advice, &at);
	}
	lock_release(&space->lock);
	if (error)
		return error;
	*cursor = at | hole;
	if (at < end)
		return SYS_AGAIN;
	return hole ? -ENOMEM : 0;
}
