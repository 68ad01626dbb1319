#include "proc/boundary.h"

#include "proc/signal.h"

static uint64_t kills; /* [tree_lock] */

void boundary_kill_at(struct process *process, uint32_t chunks)
{
	process->kill_at = chunks;
}

uint64_t boundary_kills(void)
{
	return __atomic_load_n(&kills, __ATOMIC_RELAXED);
}

void boundary_count(struct thread *thread)
{
	lock_acquire(&tree_lock);
	if (thread->process->kill_at && --thread->process->kill_at == 0) {
		kills++;
		signal_send_process(thread->process, SIGKILL);
	}
	lock_release(&tree_lock);
}
