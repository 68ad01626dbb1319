#include "mm/limits.h"

#include "abi/resource.h"
#include "mm/frames.h"
#include "mm/online.h"
#include "mm/space.h"

const struct space_limits default_limits = {
	.address_space = RLIM_INFINITY,
	.data = RLIM_INFINITY,
	.stack = MIB(8),
	.locked = MIB(8),
};

bool memory_can_be_promised(uint64_t size)
{
	return size <= (frames_total() << PAGE_SHIFT) + online_offline_bytes();
}

/* Are `pages` and `size` bytes more within `limit` bytes? */
static bool within(uint64_t pages, uint64_t size, uint64_t limit)
{
	return pages + (size >> PAGE_SHIFT) <= limit >> PAGE_SHIFT;
}

bool space_may_have_data(const struct space *space, uint64_t size)
{
	return within(space->vmas.data, size, space->limits.data);
}

bool space_may_map(const struct space *space, uint64_t size, uint32_t prot, uint32_t flags)
{
	return within(space->vmas.pages, size, space->limits.address_space) &&
	       (!vma_is_data(prot, flags) || space_may_have_data(space, size));
}

bool space_may_lock(const struct space *space, uint64_t size)
{
	return within(space->vmas.locked, size, space->limits.locked);
}
