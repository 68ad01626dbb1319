#include "proc/oom.h"

#include "arch/x86_64/fpu.h"
#include "core/log.h"
#include "mm/frames.h"
#include "proc/exit.h"
#include "proc/process.h"

static int64_t victim; /* its pid; of one caller at a time */

/* What a process has, in bytes. */
struct footprint {
	uint64_t pages, tables, objects;
};

/* May its end help? Half-made children are their parents' to take back. [its lock] */
static bool may_be_chosen(const struct process *process)
{
	return process->state == PROCESS_ALIVE && process != init_process &&
	       process->live_threads && process->space && process->space != init_process->space;
}

/*
 * [process's lock], under which the space of one that is not exiting stays. The space's own lock is
 * not taken: figures that are a moment old do.
 */
static struct footprint measure(const struct process *process)
{
	const struct space *space = process->space;

	return (struct footprint){
		.pages = space->resident * PAGE_SIZE,
		.tables = space->tables * PAGE_SIZE,
		.objects = sizeof(*process) + sizeof(*space) + sizeof(struct fdtable) +
			   space->vmas.count * sizeof(struct vma) +
			   process->live_threads * (sizeof(struct thread) + fpu_state_size()),
	};
}

static uint64_t total(const struct footprint *of)
{
	return of->pages + of->tables + of->objects;
}

/* One that is dying, or else the largest, with what it has; NULL: nobody. [tree_lock] */
static struct process *choose(struct footprint *largest)
{
	struct process *process = NULL, *chosen = NULL;

	*largest = (struct footprint){0};
	while ((process = process_next(process))) {
		struct footprint has = {0};

		lock_acquire(&process->lock);
		if (may_be_chosen(process) && !process->exiting)
			has = measure(process);
		lock_release(&process->lock);
		if (process->exiting && process->state == PROCESS_ALIVE && process != init_process)
			return process;
		if (total(&has) > total(largest)) {
			*largest = has;
			chosen = process;
		}
	}
	return chosen;
}

/* With all that share its memory: else it would not come back. [tree_lock] */
static void kill_users_of(const struct space *space)
{
	struct process *process = NULL;

	while ((process = process_next(process))) {
		lock_acquire(&process->lock);
		if (may_be_chosen(process) && process->space == space)
			process_kill(process, SIGKILL);
		lock_release(&process->lock);
	}
}

bool oom_kill(void)
{
	struct footprint has;
	struct process *process;

	lock_acquire(&tree_lock);
	process = choose(&has);
	if (process) {
		victim = process->pid;
		if (!process->exiting) {
			log_line("out of memory: pid=%ld (%s) is killed: it has most, %lu KiB and "
				 "%lu KiB of page tables, %lu KiB of objects; %lu KiB are free",
				 process->pid, process->name, has.pages >> 10, has.tables >> 10,
				 has.objects >> 10, frames_free_count() << 2);
			kill_users_of(process->space);
		}
	}
	lock_release(&tree_lock);
	return process != NULL;
}

bool oom_victim_is_gone(void)
{
	const struct process *process;
	bool gone;

	lock_acquire(&tree_lock);
	process = process_find(victim);
	gone = !process || process->state == PROCESS_ZOMBIE;
	lock_release(&tree_lock);
	return gone;
}
