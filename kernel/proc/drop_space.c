#include "proc/drop_space.h"

#include "mm/tlb_flush.h"

sysret_t drop_space(struct space *space)
{
	sysret_t result;

	/* Lazy CPUs may hold it; and one that has parked the last thread a moment ago. */
	tlb_expel(space);
	result = space_clear_chunk(space);
	if (result)
		return result;
	space_destroy(space);
	return 0;
}
