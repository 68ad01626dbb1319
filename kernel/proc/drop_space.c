#include "proc/drop_space.h"

sysret_t drop_space(struct space *space)
{
	sysret_t result;

	/* A CPU that has parked the last thread may not yet have loaded another CR3: it soon will.
	 */
	if (space_is_live(space))
		return SYS_AGAIN;
	result = space_clear_chunk(space);
	if (result)
		return result;
	space_destroy(space);
	return 0;
}
