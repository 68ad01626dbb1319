#include "proc/boundary.h"

#include "proc/signal.h"

static uint64_t kills; /* atomic */

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
	struct process *process = thread->process;
	bool now;

	lock_acquire(&process->lock);
	now = process->kill_at && --process->kill_at == 0;
	lock_release(&process->lock);
	if (now) {
		__atomic_fetch_add(&kills, 1, __ATOMIC_RELAXED);
		signal_send_process(process, SIGKILL);
	}
}
