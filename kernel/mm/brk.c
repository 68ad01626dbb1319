/* The heap, whose end brk moves. */
#include "abi/mman.h"
#include "mm/limits.h"
#include "mm/space.h"
#include "mm/vma_cache.h"

/* Do the limits allow a break at `end` whose new part is `area`? [lock] */
static bool may_grow(const struct space *space, uint64_t end, const struct vma *area)
{
	return end - space->brk_start <= space->limits.data &&
	       !space_may_map(space, area->end - area->start, area->prot, area->flags);
}

/*
 * Map [start, end), where the break moves up to `end`. As on Linux a page more must be free, and
 * the guard of a stack counts as taken.
 */
static bool grow(struct space *space, uint64_t start, uint64_t end)
{
	struct vma_place place;
	struct vma area = {.start = start,
			   .end = end,
			   .prot = PROT_READ | PROT_WRITE,
			   .pgoff = start >> PAGE_SHIFT};
	bool fits;

	if (end - start > memory_promise_max)
		return false;
	lock_acquire(&space->lock);
	area.flags = space->new_flags;
	fits = may_grow(space, end, &area) && vma_range_is_free(&space->vmas, start, end, &place) &&
	       (!place.above || end + PAGE_SIZE <= vma_low_edge(place.above)) &&
	       vma_map(&space->vmas, &place, &area) == 0;
	lock_release(&space->lock);
	return fits;
}

sysret_t space_brk(struct space *space, uint64_t brk, uint64_t *cursor)
{
	uint64_t old_end = ALIGN_UP(space->brk, PAGE_SIZE), new_end = ALIGN_UP(brk, PAGE_SIZE);
	sysret_t error = 0;

	if (brk < space->brk_start || brk > USER_END)
		return (sysret_t)space->brk;
	if (new_end > old_end && !grow(space, old_end, new_end))
		return (sysret_t)space->brk;
	if (new_end < old_end)
		error = space_munmap(space, new_end, old_end - new_end, cursor);
	if (error == SYS_AGAIN)
		return error;
	if (error >= 0)
		space->brk = brk;
	return (sysret_t)space->brk;
}
