#include "proc/drop_space.h"

/* A CPU that has parked the last thread may not yet have loaded another CR3: it soon will. */
static bool is_live(const struct space *space)
{
	for (unsigned word = 0; word < CPU_WORDS; word++) {
		if (__atomic_load_n(&space->live[word], __ATOMIC_ACQUIRE))
			return true;
	}
	return false;
}

sysret_t drop_space(struct space *space)
{
	sysret_t result = space_clear_chunk(space);

	if (result)
		return result;
	if (is_live(space))
		return SYS_AGAIN;
	space_destroy(space);
	return 0;
}
