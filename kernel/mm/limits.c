#include "mm/limits.h"

#include "mm/frames.h"
#include "mm/online.h"

bool memory_can_be_promised(uint64_t size)
{
	return size <= (frames_total() << PAGE_SHIFT) + online_offline_bytes();
}
