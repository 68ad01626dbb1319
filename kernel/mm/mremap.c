#include "mm/mremap.h"

#include "abi/mman.h"
#include "mm/limits.h"
#include "mm/umap.h"
#include "mm/umap_move.h"
#include "mm/vma_cache.h"

#define CHUNK_BUDGET 128 /* pages, at about 190 instructions each */

/* So many areas Linux wants to be able to make before it moves one, and before it makes room. */
#define AREAS_TO_MOVE  3
#define AREAS_TO_CLEAR 5

static sysret_t next_stage(struct remap *remap, enum remap_stage stage)
{
	remap->stage = stage;
	remap->cursor = 0;
	return SYS_AGAIN;
}

/* Does the mapping go elsewhere, whether it must or not? */
static bool must_move(const struct remap *remap)
{
	return remap->flags & (MREMAP_FIXED | MREMAP_DONTUNMAP);
}

static struct vma_range old_range(struct space *space, const struct remap *remap)
{
	return vma_range_find(&space->vmas, remap->addr, remap->addr + remap->old_size, 1);
}

/* --- what goes first --- */

/* Without a lock: who shares the space and maps something meanwhile is told of it later. */
static bool areas_are_left(const struct space *space, unsigned wanted)
{
	return space->vmas.count < VMA_COUNT_MAX - wanted;
}

/* Nothing is unmapped for a move that must fail. */
static sysret_t clear_target(struct space *space, struct remap *remap)
{
	sysret_t result = 0;

	if (must_move(remap) && !remap->cursor && !areas_are_left(space, AREAS_TO_CLEAR))
		return -ENOMEM;
	if (remap->flags & MREMAP_FIXED)
		result = space_munmap(space, remap->to, remap->new_size, &remap->cursor);
	return result ? result : next_stage(remap, REMAP_SHRINK);
}

static bool is_mapped(struct space *space, uint64_t addr)
{
	bool mapped;

	lock_acquire(&space->lock);
	mapped = vma_find(&space->vmas, addr);
	lock_release(&space->lock);
	return mapped;
}

static sysret_t shrink(struct space *space, struct remap *remap)
{
	uint64_t size = remap->new_size;
	sysret_t result = 0;

	if (!remap->cursor && !is_mapped(space, remap->addr))
		return -EFAULT;
	if (remap->old_size > USER_END - remap->addr)
		return -EINVAL;
	if (size < remap->old_size)
		result = space_munmap(space, remap->addr + size, remap->old_size - size,
				      &remap->cursor);
	if (result)
		return result;
	if (size <= remap->old_size && !must_move(remap))
		return (sysret_t)remap->addr;
	remap->old_size = MIN(remap->old_size, size);
	return next_stage(remap, REMAP_PLACE);
}

/* --- the place --- */

/* Why Linux does not let the area become as large, or 0. [lock] */
static int check_growth(const struct space *space, const struct vma *vma, const struct remap *remap)
{
	uint64_t more = remap->new_size - remap->old_size;

	if (!vma || remap->old_size > vma->end - remap->addr)
		return -EFAULT;
	if (!remap->old_size && !(vma->flags & VMA_SHARED))
		return -EINVAL;
	if (!more)
		return 0;
	if (vma_is_data(vma->prot, vma->flags) && !(vma->flags & VMA_NO_RESERVE) &&
	    more > memory_promise_max)
		return -ENOMEM;
	return space_may_map(space, more, vma->prot, vma->flags);
}

/* What `start` to `end` would be as a part of `vma`, whose page at `from` is the first. */
static struct vma describe(const struct vma *vma, uint64_t from, uint64_t start, uint64_t end)
{
	uint64_t pgoff = vma->pgoff + ((from - vma->start) >> PAGE_SHIFT);

	return (struct vma){.start = start,
			    .end = end,
			    .prot = vma->prot,
			    .flags = vma->flags,
			    .touched = vma->touched,
			    .object = vma->object,
			    .pgoff = vma->object ? pgoff : start >> PAGE_SHIFT};
}

/* Grow where it is, if there is room: 1. 0 when there is not, -ENOMEM. [lock] */
static int grow_in_place(struct space *space, const struct vma *vma, const struct remap *remap)
{
	uint64_t end = remap->addr + remap->new_size;
	struct vma_place place;
	struct vma area;

	if (must_move(remap) || remap->addr + remap->old_size != vma->end || end > USER_END ||
	    !vma_range_is_free(&space->vmas, vma->end, end, &place))
		return 0;
	area = describe(vma, vma->end, vma->end, end);
	return vma_map(&space->vmas, &place, &area) ? -ENOMEM : 1;
}

/* Where the mapping moves to: remap->to, or an errno. [lock] */
static int choose_place(struct space *space, struct remap *remap)
{
	struct vma_place place;
	uint64_t wanted = remap->to, size = remap->new_size;

	if (!(remap->flags & MREMAP_MAYMOVE) || !areas_are_left(space, AREAS_TO_MOVE))
		return -ENOMEM;
	if (must_move(remap) && wanted >= USER_START &&
	    vma_range_is_free(&space->vmas, wanted, wanted + size, &place))
		return 0;
	if (remap->flags & MREMAP_FIXED)
		return -EPERM;
	remap->to =
		vma_find_gap(&space->vmas, size, PAGE_SIZE, MMAP_LOWEST, space->mmap_top, &place);
	return remap->to ? 0 : -ENOMEM;
}

/* Change flags of what is to move. [lock] */
static int alter_old(struct space *space, const struct remap *remap, uint32_t clear, uint32_t set)
{
	const struct vma_change change = {.flags_clear = clear, .flags_set = set};
	struct vma_range range = old_range(space, remap);

	if (umap_split_edges(space, range.start, range.end))
		return -ENOMEM;
	return vma_alter(&space->vmas, &range, &change);
}

/* While it is prepared, the area must not get large pages: single ones are moved. [lock] */
static sysret_t place_locked(struct space *space, struct remap *remap)
{
	const struct vma *vma = vma_find(&space->vmas, remap->addr);
	int result = check_growth(space, vma, remap);

	if (result)
		return result;
	remap->is_locked = vma->flags & VMA_LOCKED;
	remap->small = vma->flags & VMA_NO_LARGE;
	result = grow_in_place(space, vma, remap);
	if (result)
		return result < 0 ? result : (sysret_t)remap->addr;
	result = choose_place(space, remap);
	if (!result && remap->old_size)
		result = alter_old(space, remap, 0, VMA_NO_LARGE);
	return result ? result : next_stage(remap, REMAP_PREPARE);
}

/* --- the move --- */

/* Enter the new area, and take the old one out of the tree. 0 or -ENOMEM, nothing done. [lock] */
static int switch_areas(struct space *space, struct remap *remap)
{
	const struct vma *vma = vma_find(&space->vmas, remap->addr);
	struct vma area = describe(vma, remap->addr, remap->to, remap->to + remap->new_size);
	struct vma_place place;
	struct vma_range range;
	int error;

	if (!remap->small)
		area.flags &= ~VMA_NO_LARGE;
	if (!vma_range_is_free(&space->vmas, area.start, area.end, &place))
		return -ENOMEM;
	error = vma_map_apart(&space->vmas, &place, &area);
	if (error || !remap->old_size || (remap->flags & MREMAP_DONTUNMAP))
		return error;
	range = old_range(space, remap);
	error = vma_unmap(&space->vmas, &range);
	if (error) {
		range = vma_range_find(&space->vmas, area.start, area.end, 1);
		(void)vma_unmap(&space->vmas, &range); /* a whole area: needs no memory */
	}
	return error;
}

/* [lock] */
static sysret_t prepare_locked(struct space *space, struct remap *remap)
{
	uint64_t end = remap->addr + remap->old_size;
	unsigned budget = CHUNK_BUDGET;
	int error;

	if (!remap->cursor)
		remap->cursor = remap->addr;
	error = umap_move_prepare(space, &remap->cursor, end, remap->to - remap->addr, &budget);
	if (!error && remap->cursor < end)
		return SYS_AGAIN;
	if (!error)
		error = switch_areas(space, remap);
	return next_stage(remap, error ? REMAP_UNDO : REMAP_MOVE);
}

/* An area that stays, empty, is as it was; but no longer locked, as on Linux. [lock] */
static void release_old(struct space *space, const struct remap *remap)
{
	uint32_t clear = VMA_LOCKED | VMA_ON_FAULT | (remap->small ? 0 : VMA_NO_LARGE);

	if (remap->flags & MREMAP_DONTUNMAP)
		(void)alter_old(space, remap, clear, 0);
}

/* [lock] */
static sysret_t move_locked(struct space *space, struct remap *remap)
{
	uint64_t end = remap->addr + remap->old_size;
	unsigned budget = CHUNK_BUDGET;

	if (!remap->cursor)
		remap->cursor = remap->addr;
	umap_move(space, &remap->cursor, end, remap->to - remap->addr, &budget);
	if (remap->cursor < end)
		return SYS_AGAIN;
	release_old(space, remap);
	return (sysret_t)remap->to;
}

/* Free the tables that were made, and let the area be as it was. [lock] */
static sysret_t undo_locked(struct space *space, struct remap *remap)
{
	uint64_t end = remap->to + remap->old_size;
	unsigned budget = CHUNK_BUDGET;
	struct tlb_batch batch;

	if (!remap->cursor)
		remap->cursor = remap->to;
	tlb_batch_init(&batch, space);
	umap_clear(space, &remap->cursor, end, &budget, &batch);
	tlb_batch_finish(&batch);
	if (remap->cursor < end)
		return SYS_AGAIN;
	if (!remap->small)
		(void)alter_old(space, remap, VMA_NO_LARGE, 0);
	return -ENOMEM;
}

sysret_t space_mremap(struct space *space, struct remap *remap)
{
	sysret_t result;

	if (remap->stage == REMAP_CLEAR)
		return clear_target(space, remap);
	if (remap->stage == REMAP_SHRINK)
		return shrink(space, remap);
	lock_acquire(&space->lock);
	if (remap->stage == REMAP_PLACE)
		result = place_locked(space, remap);
	else if (remap->stage == REMAP_PREPARE)
		result = prepare_locked(space, remap);
	else if (remap->stage == REMAP_MOVE)
		result = move_locked(space, remap);
	else
		result = undo_locked(space, remap);
	lock_release(&space->lock);
	return result;
}
