#include "proc/stop.h"

#include "lib/upcall.h"
#include "proc/signal.h"

/*
 * POSIX: a group is orphaned when every member's parent is in the same group, or outside of the
 * session. The first process counts as no parent. [tree_lock] A parent that has just handed its
 * child over stays in memory as long as that is held.
 */
static bool group_is_orphaned(int64_t pgid)
{
	const struct process *p = NULL;

	while ((p = process_next(p))) {
		const struct process *parent = __atomic_load_n(&p->parent, __ATOMIC_RELAXED);

		if (p->pgid != pgid || p->state == PROCESS_ZOMBIE || !parent ||
		    parent == init_process)
			continue;
		if (parent->pgid != pgid && parent->sid == p->sid)
			return false;
	}
	return true;
}

void process_stop(struct process *process, int signo)
{
	struct thread *thread;

	if (signo != SIGSTOP && group_is_orphaned(process->pgid))
		return;
	process->stop_signal = signo;
	list_for_each_entry (thread, &process->threads, process_link)
		thread_set_work(thread, THREAD_WORK_SIGNAL);
}

bool process_continue(struct process *process)
{
	struct thread *thread;

	if (!process->stop_signal)
		return false;
	process->stop_signal = 0;
	/* What came while it stood still is looked at now. */
	list_for_each_entry (thread, &process->threads, process_link) {
		thread_set_work(thread, THREAD_WORK_SIGNAL);
		thread_wake(thread);
	}
	return true;
}

void process_tell_news(struct process *process, int status)
{
	struct process *parent = process->parent;

	if (!parent)
		return;
	lock_acquire(&parent->lock);
	process->news = status;
	signal_parent(parent);
	lock_release(&parent->lock);
}

static void stopped_abort(struct thread *thread)
{
	thread_cancel_wait(thread);
}

/* The result of the call that the thread came from is in its frame, and stays there. */
static sysret_t stopped(struct thread *thread)
{
	thread_prepare_wait(thread);
	if (__atomic_load_n(&thread->process->stop_signal, __ATOMIC_SEQ_CST) &&
	    !signal_fatal_pending(thread))
		return thread_continue(thread, SYS_BLOCKED, stopped, stopped_abort, CONT_KILLABLE);
	thread_cancel_wait(thread);
	return SYS_FRAME_SET;
}

void stop_current(struct thread *thread)
{
	/* Blocked or not, the exit loop sees it from the thread's state. */
	(void)stopped(thread);
}
