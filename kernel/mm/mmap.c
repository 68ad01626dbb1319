/* mmap and munmap. */
#include "abi/mman.h"

#include "abi/errno.h"
#include "mm/frames.h"
#include "mm/object.h"
#include "mm/online.h"
#include "mm/space.h"
#include "mm/umap.h"
#include "mm/vma_cache.h"

#define CHUNK_BUDGET 256 /* pages, at about 110 instructions each */
#define CHUNK_AREAS  64	 /* vmas, at about 300 */

/* Where mappings without a place may go: from here up; with MAP_32BIT, as on Linux, in here. */
#define LOWEST	  KIB(64)
#define LOW_START GIB(1)
#define LOW_END	  GIB(2)

/* The page-aligned length, or 0 when it is 0 or does not fit into the user half. */
static uint64_t page_length(uint64_t length)
{
	if (length == 0 || length > USER_END)
		return 0;
	return ALIGN_UP(length, PAGE_SIZE);
}

/* Linux promises memory that it may not have, but not more than there is in all. */
static bool promises_too_much(uint64_t size, int prot, int flags)
{
	uint64_t ram = (frames_total() << PAGE_SHIFT) + online_offline_bytes();

	return (prot & PROT_WRITE) && !(flags & (MAP_SHARED | MAP_NORESERVE)) && size > ram;
}

/* Where the mapping goes: its address, or a negative errno as Linux gives it. [lock] */
static int64_t find_place(struct space *space, uint64_t addr, uint64_t size, int flags,
			  struct vma_place *place)
{
	uint64_t low = LOWEST, high = space->mmap_top, found;

	if (flags & (MAP_FIXED | MAP_FIXED_NOREPLACE)) {
		if (!IS_ALIGNED(addr, PAGE_SIZE))
			return -EINVAL;
		if (size > USER_END || addr > USER_END - size)
			return -ENOMEM;
		if (addr < USER_START)
			return -EPERM;
		if (!vma_range_is_free(&space->vmas, addr, addr + size, place))
			return -EEXIST;
		return (int64_t)addr;
	}
	addr = ALIGN_DOWN(addr, PAGE_SIZE);
	if (addr >= USER_START && addr <= USER_END - size &&
	    vma_range_is_free(&space->vmas, addr, addr + size, place))
		return (int64_t)addr;
	if (flags & MAP_32BIT) {
		low = LOW_START;
		high = LOW_END;
	}
	found = vma_find_gap(&space->vmas, size, PAGE_SIZE, low, high, place);
	return found ? (int64_t)found : -ENOMEM;
}

/* Enter `area` into the tree, by growing a neighbour or with memory of its own. [lock] */
static int add_area(struct space *space, const struct vma_place *place, const struct vma *area)
{
	struct vma *gone, *vma = NULL;

	/* Each stack stays an area of its own, so that its guard is where it was. */
	if (!(area->flags & VMA_GROWSDOWN) && vma_absorb(&space->vmas, place, area, &gone)) {
		if (gone)
			vma_release(gone);
		return 0;
	}
	if (space->vmas.count < VMA_COUNT_MAX)
		vma = vma_alloc();
	if (!vma)
		return -ENOMEM;
	*vma = *area;
	if (vma->object)
		object_get(vma->object);
	vma_insert(&space->vmas, place, vma);
	return 0;
}

sysret_t space_mmap(struct space *space, uint64_t addr, uint64_t length, int prot, int flags,
		    struct vm_object *object, uint64_t offset)
{
	uint64_t size = page_length(length);
	struct vma_place place;
	int64_t where;

	if (!size)
		return length ? -ENOMEM : -EINVAL;
	if (promises_too_much(size, prot, flags))
		return -ENOMEM;
	lock_acquire(&space->lock);
	where = find_place(space, addr, size, flags, &place);
	if (where >= 0) {
		struct vma area = {
			.start = (uint64_t)where,
			.end = (uint64_t)where + size,
			.prot = (uint32_t)prot & (PROT_READ | PROT_WRITE | PROT_EXEC),
			.flags = (flags & MAP_GROWSDOWN ? VMA_GROWSDOWN : 0) |
				 (flags & MAP_SHARED ? VMA_SHARED : 0),
			.object = object,
			.pgoff = object ? offset >> PAGE_SHIFT : (uint64_t)where >> PAGE_SHIFT,
		};
		int error = add_area(space, &place, &area);

		if (error)
			where = error;
	}
	lock_release(&space->lock);
	return where;
}

/* Take the vmas of the range out of the tree. [lock] */
static int remove_areas(struct space *space, const struct vma_range *range)
{
	struct vma *spares[2];

	if (!vma_spares_alloc(&space->vmas, vma_remove_splits(range), spares))
		return -ENOMEM;
	vma_change_end(spares, vma_remove(&space->vmas, range, spares[0]));
	return 0;
}

/*
 * The vmas go before their pages, so that nothing can fault a page back in. Both go in chunks: only
 * a range inside one vma needs memory, and that is one chunk, so it cannot fail half-way. *cursor
 * is 0 at first, and then the address to go on from.
 */
sysret_t space_munmap(struct space *space, uint64_t addr, uint64_t length, uint64_t *cursor)
{
	uint64_t size = page_length(length), end = addr + size;
	unsigned budget = CHUNK_BUDGET;
	struct vma_range range;
	struct tlb_batch batch;
	sysret_t result;

	if (!IS_ALIGNED(addr, PAGE_SIZE) || !size || addr > USER_END - size)
		return -EINVAL;
	if (!*cursor)
		*cursor = addr;
	lock_acquire(&space->lock);
	range = vma_range_find(&space->vmas, *cursor, end, CHUNK_AREAS);
	result = remove_areas(space, &range);
	if (!result) {
		tlb_batch_init(&batch, space);
		umap_clear(space, cursor, range.end, &budget, &batch);
		tlb_batch_finish(&batch);
		result = *cursor < end ? SYS_AGAIN : 0;
	}
	lock_release(&space->lock);
	return result;
}
