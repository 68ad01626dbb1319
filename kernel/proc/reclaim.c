#include "proc/reclaim.h"

#include "mm/lazy_free.h"
#include "proc/process.h"

/* Is its space a whole one that stays while tree_lock is held? [tree_lock] */
static bool has_space(const struct process *process)
{
	return process->state == PROCESS_ALIVE && process->live_threads && !process->exiting &&
	       process->space;
}

/* The process whose turn it is: from reclaim->pid on the first with pages marked. [tree_lock] */
static struct process *find(const struct reclaim *reclaim)
{
	struct process *process = NULL;

	do
		process = process_next(process);
	while (process &&
	       (process->pid < reclaim->pid || !has_space(process) || !process->space->lazy));
	return process;
}

bool reclaim_chunk(struct reclaim *reclaim)
{
	struct process *process;

	lock_acquire(&tree_lock);
	process = find(reclaim);
	if (process) {
		if (process->pid != reclaim->pid)
			reclaim->cursor = 0;
		reclaim->pid = process->pid;
		if (!space_reclaim_chunk(process->space, &reclaim->cursor, &reclaim->freed)) {
			reclaim->pid++;
			reclaim->cursor = 0;
		}
	}
	lock_release(&tree_lock);
	return process;
}
