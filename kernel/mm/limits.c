#include "mm/limits.h"

#include "abi/resource.h"
#include "mm/frames.h"
#include "mm/online.h"

const struct space_limits default_limits = {
	.address_space = RLIM_INFINITY,
	.data = RLIM_INFINITY,
	.stack = MIB(8),
	.locked = MIB(8),
};

uint64_t memory_promise_max;

void limits_init(void)
{
	memory_promise_max = (frames_total() << PAGE_SHIFT) + online_offline_bytes();
}
