#include "proc/wait.h"

#include "abi/errno.h"
#include "abi/wait.h"
#include "lib/upcall.h"
#include "proc/signal.h"
#include "proc/usercopy.h"

enum scan_result {
	SCAN_NOBODY,  /* no such child */
	SCAN_NOTHING, /* but none has changed */
	SCAN_FOUND,
};

/* Is the wait for this child of the current process? */
static bool is_meant(const struct process *child, int64_t pid, int options)
{
	/* Every child was made by fork(), whose end sends SIGCHLD: not a "clone child". */
	if ((options & (int)WCLONE) && !(options & WALL))
		return false;
	if (pid > 0)
		return child->pid == pid;
	if (pid == -1)
		return true;
	return child->pgid == (pid ? -pid : child->parent->pgid);
}

/* Has the child something to tell? *status is what. [its parent's lock] */
static bool has_news(struct process *child, int options, int *status)
{
	int asked = child->news == STATUS_CONTINUED ? WCONTINUED : WUNTRACED;

	if (child->state == PROCESS_ZOMBIE) {
		*status = child->wait_status;
		return true;
	}
	/* What it did before is of no interest any more when it is ending. */
	if (!child->news || !(options & asked) || child->exiting)
		return false;
	*status = child->news;
	child->news = 0;
	return true;
}

/*
 * Has no child that is meant anything to tell? Told without the process's lock where only the
 * caller makes and reaps the process's children; else, and when there may be news, the answer is
 * SCAN_FOUND, and scan() has to look. A child that moves in front meanwhile, as the
 * process is being killed, only has others looked at again.
 */
static enum scan_result glance(const struct thread *thread)
{
	const struct process *process = thread->process, *child;
	enum scan_result result = SCAN_NOBODY;

	if (process == init_process || process->live_threads != 1)
		return SCAN_FOUND;
	list_for_each_entry (child, &process->children, sibling_link) {
		if (!is_meant(child, thread->cont.wait.pid, thread->cont.wait.options))
			continue;
		if (__atomic_load_n(&child->state, __ATOMIC_ACQUIRE) == PROCESS_ZOMBIE ||
		    child->news)
			return SCAN_FOUND;
		result = SCAN_NOTHING;
	}
	return result;
}

/* Look at the children; what was found is noted in the continuation, and a zombie freed. */
static enum scan_result scan(struct thread *thread)
{
	enum scan_result result = SCAN_NOBODY;
	struct process *process = thread->process, *child, *ended = NULL;

#ifdef MUTANT_abba_order
	lock_acquire(&process->child_changed.lock);
#endif
	lock_acquire(&process->lock);
	list_for_each_entry (child, &process->children, sibling_link) {
		if (!is_meant(child, thread->cont.wait.pid, thread->cont.wait.options))
			continue;
		result = SCAN_NOTHING;
		if (!has_news(child, thread->cont.wait.options, &thread->cont.wait.wait_status))
			continue;
		result = SCAN_FOUND;
		thread->cont.wait.pid = child->pid;
		thread->cont.wait.usage = child->used;
		usage_add(&thread->cont.wait.usage, &child->reaped);
		ended = child->state == PROCESS_ZOMBIE ? child : NULL;
		break;
	}
	if (ended) {
		list_del(&ended->sibling_link);
		usage_add(&process->reaped, &thread->cont.wait.usage);
	}
	lock_release(&process->lock);
#ifdef MUTANT_abba_order
	lock_release(&process->child_changed.lock);
#endif
	if (ended) {
		process_unlink(ended);
		process_free(ended);
	}
	return result;
}

static sysret_t copy_results(struct thread *thread)
{
	struct rusage usage = usage_tell(&thread->cont.wait.usage);
	sysret_t error = 0;

	if (thread->cont.wait.status.raw)
		error = copy_to_user(thread->cont.wait.status, &thread->cont.wait.wait_status,
				     sizeof(thread->cont.wait.wait_status));
	if (!error && thread->cont.wait.rusage.raw)
		error = copy_to_user(thread->cont.wait.rusage, &usage, sizeof(usage));
	return error;
}

/* The child is gone, so from here on the call cannot start again: only the copies are repeated. */
static sysret_t tell(struct thread *thread)
{
	sysret_t error = copy_results(thread);

	if (error == SYS_FAULT_WAIT)
		return thread_continue(thread, SYS_AGAIN, tell, NULL, CONT_KILLABLE);
	return error ? error : thread->cont.wait.pid;
}

static void wait_abort(struct thread *thread)
{
	thread_cancel_wait(thread);
}

static sysret_t wait_again(struct thread *thread)
{
	enum scan_result result;

	thread_cancel_wait(thread);
	thread_prepare_wait(thread);
	waitq_add(&thread->process->child_changed, &thread->waiters[0], thread);
#ifdef MUTANT_skip_recheck
	result = glance(thread) == SCAN_NOBODY ? SCAN_NOBODY : SCAN_NOTHING;
#else
	result = glance(thread);
	if (result == SCAN_FOUND)
		result = scan(thread);
#endif
	if (result == SCAN_NOTHING && !signal_pending(thread))
		return thread_continue(thread, SYS_BLOCKED, wait_again, wait_abort,
				       CONT_INTERRUPTIBLE);
	thread_cancel_wait(thread);
	if (result == SCAN_NOTHING)
		return signal_interrupted(thread, ERESTARTSYS);
	return result == SCAN_FOUND ? tell(thread) : -ECHILD;
}

sysret_t wait_for_child(struct thread *thread, int64_t pid, uaddr_t status, int options,
			uaddr_t rusage)
{
	thread->cont.wait.pid = pid;
	thread->cont.wait.options = options;
	thread->cont.wait.status = status;
	thread->cont.wait.rusage = rusage;
	if (!(options & WNOHANG))
		return wait_again(thread);
	switch (scan(thread)) {
	case SCAN_FOUND:
		return tell(thread);
	case SCAN_NOBODY:
		return -ECHILD;
	default:
		return 0;
	}
}

#ifdef DEBUG

/* [its process's lock] A waker holds it too, from the change to the wake-up. */
static void check_parked(const struct thread *thread)
{
	const struct process *child;

	if (thread->cont.run != wait_again ||
	    __atomic_load_n(&thread->state, __ATOMIC_SEQ_CST) != THREAD_PARKED)
		return;
	list_for_each_entry (child, &thread->process->children, sibling_link) {
		if (child->state == PROCESS_ZOMBIE &&
		    is_meant(child, thread->cont.wait.pid, thread->cont.wait.options))
			panic("lost wake-up: thread %ld waits for process %ld, which has ended",
			      thread->tid, child->pid);
	}
}

void wait_check_parked(void)
{
	struct process *process = NULL;
	const struct thread *thread;

	lock_acquire(&tree_lock);
	while ((process = process_next(process))) {
		lock_acquire(&process->lock);
		list_for_each_entry (thread, &process->threads, process_link)
			check_parked(thread);
		lock_release(&process->lock);
	}
	lock_release(&tree_lock);
}

#endif
