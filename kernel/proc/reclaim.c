#include "proc/reclaim.h"

#include "mm/lazy_free.h"
#include "proc/process.h"

#define PROCESSES_A_CHUNK 64

/* Is its space a whole one that stays, and are pages marked in it? [its lock] */
static bool is_wanted(const struct process *process)
{
	return process->live_threads && process_has_space(process) && process->space->lazy;
}

/* A chunk of the process; false when nothing is to be had there. [tree_lock] */
static bool reclaim_from(struct process *process, struct reclaim *reclaim)
{
	bool wanted, more = false;

	if (process->pid != reclaim->pid)
		reclaim->cursor = 0;
	lock_acquire(&process->lock);
	wanted = is_wanted(process);
	if (wanted)
		more = space_reclaim_chunk(process->space, &reclaim->cursor, &reclaim->freed);
	lock_release(&process->lock);
	reclaim->pid = more ? process->pid : process->pid + 1;
	return wanted;
}

bool reclaim_chunk(struct reclaim *reclaim)
{
	struct process *process;

	lock_acquire(&tree_lock);
	process = process_find_above(reclaim->pid - 1);
	for (int budget = PROCESSES_A_CHUNK; process && budget--;) {
		if (reclaim_from(process, reclaim))
			break;
		process = process_next(process);
	}
	lock_release(&tree_lock);
	return process;
}
