/* mmap and munmap. */
#include "abi/mman.h"

#include "abi/errno.h"
#include "mm/large.h"
#include "mm/limits.h"
#include "mm/space.h"
#include "mm/umap.h"
#include "mm/vma_cache.h"

#define CHUNK_BUDGET 256 /* pages, at about 110 instructions each, 160 where each merges */
#define CHUNK_AREAS  64	 /* vmas, at about 300 */
_Static_assert(CHUNK_BUDGET > LARGE_COST_MAX, "a large page fits in no chunk");

/* Where mappings with MAP_32BIT go, as on Linux. */
#define LOW_START GIB(1)
#define LOW_END	  GIB(2)

/* What must not be more than there is: memory that may be written, and all that is shared. */
static bool is_promise(int prot, int flags)
{
	return ((prot & PROT_WRITE) || (flags & MAP_SHARED)) && !(flags & MAP_NORESERVE);
}

/* Where the mapping goes: its address, or a negative errno as Linux gives it. [lock] */
static int64_t find_place(struct space *space, uint64_t addr, uint64_t size, int flags,
			  struct vma_place *place)
{
	uint64_t low = MMAP_LOWEST, high = space->mmap_top, found;

	if (flags & (MAP_FIXED | MAP_FIXED_NOREPLACE)) {
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

/* The VMA_ flags that mmap's flags ask for. */
static uint32_t vma_flags(int flags)
{
	return (flags & MAP_GROWSDOWN ? VMA_GROWSDOWN : 0) | (flags & MAP_SHARED ? VMA_SHARED : 0) |
	       (flags & MAP_LOCKED ? VMA_LOCKED : 0) | (flags & MAP_NORESERVE ? VMA_NO_RESERVE : 0);
}

sysret_t space_mmap(struct space *space, uint64_t addr, uint64_t size, int prot, int flags,
		    struct vm_object *object, uint64_t offset)
{
	struct vma_place place;
	struct vma area = {.prot = (uint32_t)prot & (PROT_READ | PROT_WRITE | PROT_EXEC),
			   .object = object};
	int64_t where;

	if (is_promise(prot, flags) && size > memory_promise_max)
		return -ENOMEM;
	lock_acquire(&space->lock);
	area.flags = vma_flags(flags) | space->new_flags;
	where = find_place(space, addr, size, flags, &place);
	if (where >= 0) {
		int error;

		area.start = (uint64_t)where;
		area.end = area.start + size;
		area.pgoff = (object ? offset : area.start) >> PAGE_SHIFT;
		error = space_may_map(space, size, area.prot, area.flags);
		if (!error)
			error = vma_map(&space->vmas, &place, &area);
		if (error)
			where = error;
	}
	lock_release(&space->lock);
	return where;
}

/*
 * The vmas go before their pages, so that nothing can fault a page back in. Both go in chunks: only
 * a range inside one vma needs memory, and that is one chunk, so it cannot fail half-way. *cursor
 * is 0 at first, and then the address to go on from, where pages may be left of areas that went
 * before.
 */
sysret_t space_munmap(struct space *space, uint64_t addr, uint64_t size, uint64_t *cursor)
{
	uint64_t end = addr + size;
	unsigned budget = CHUNK_BUDGET;
	struct vma_range range;
	struct tlb_batch batch;
	bool touched = *cursor;
	sysret_t result;

	if (!*cursor)
		*cursor = addr;
	lock_acquire(&space->lock);
	range = vma_range_find(&space->vmas, *cursor, end, CHUNK_AREAS);
	touched |= vma_range_touched(&range);
	result = umap_split_edges(space, *cursor, range.end);
	if (!result)
		result = vma_unmap(&space->vmas, &range);
	if (!result && touched) {
		tlb_batch_init(&batch, space);
		umap_clear(space, cursor, range.end, &budget, &batch);
		tlb_batch_finish(&batch);
	} else if (!result) {
		*cursor = range.end;
	}
	if (!result && *cursor < end)
		result = SYS_AGAIN;
	lock_release(&space->lock);
	return result;
}
