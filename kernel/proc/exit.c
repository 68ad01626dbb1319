/*
 * The stations of a thread's end, each of which leads to the next, as its continuation where a
 * chunk of work was done:
 *
 *	tell_child_tid		clears the word that others wait for
 *	leave_process		leaves the address space: nobody uses it on this CPU any more
 *	drop_memory		\
 *	drop_files		 | the last thread only: what the process had
 *	hand_over_children	/
 *	end_others		the first process only: kill all others,
 *	reap_others		and reap them;
 *	stay			then nothing is left to do
 *	become_zombie		the parent is told
 *
 * Nothing aborts them, and signals do not reach the thread any more.
 */
#include "proc/exit.h"

#include "abi/errno.h"
#include "abi/wait.h"
#include "core/log.h"
#include "lib/upcall.h"
#include "proc/drop_space.h"
#include "proc/sched.h"
#include "proc/signal.h"
#include "proc/usercopy.h"

#define PROCESSES_A_CHUNK 64

void (*exit_last)(int wait_status);

static sysret_t become_zombie(struct thread *thread);
static sysret_t tell_child_tid(struct thread *thread);

static sysret_t go_on_with(struct thread *thread, sysret_t (*station)(struct thread *))
{
	return thread_continue(thread, SYS_AGAIN, station, NULL, CONT_NONE);
}

/* --- beginning --- */

/* [its process's lock] */
static void thread_kill(struct thread *thread)
{
	if (thread->dying || thread->must_exit)
		return;
	thread->must_exit = true;
	thread_set_work(thread, THREAD_WORK_KILL);
	thread_wake(thread);
}

void process_kill(struct process *process, int wait_status)
{
	struct thread *thread;

	if (process->exiting)
		return;
	process->exiting = true;
	process->wait_status = wait_status;
	process->stop_signal = 0;
	list_for_each_entry (thread, &process->threads, process_link)
		thread_kill(thread);
}

void process_kill_others(struct thread *current)
{
	struct thread *thread;

	list_for_each_entry (thread, &current->process->threads, process_link) {
		if (thread != current)
			thread_kill(thread);
	}
}

static void forget_work(struct thread *thread)
{
	thread_clear_work(thread, THREAD_WORK_KILL | THREAD_WORK_SIGNAL | THREAD_WORK_FAULT);
}

sysret_t exit_process(struct thread *thread, int wait_status)
{
	struct process *process = thread->process;

	lock_acquire(&process->lock);
	thread->dying = true;
	process_kill(process, wait_status);
	lock_release(&process->lock);
	forget_work(thread);
	return tell_child_tid(thread);
}

sysret_t exit_thread(struct thread *thread, int wait_status)
{
	thread->cont.exit.wait_status = wait_status;
	return exit_begin(thread);
}

/* --- the thread's part --- */

/* [process's lock] */
static void sum_up(struct process *process, const struct thread *thread)
{
	process->calls += thread->calls;
	process->timer_irqs += thread->timer_irqs;
	process->used.faults += thread->faults;
	process->used.run_ns += sched_run_ns(thread);
}

/* The end of one thread of several: its process goes on. */
static sysret_t die(struct thread *thread)
{
	struct process *process = thread->process;
	struct thread *other;

	lock_acquire(&process->lock);
	list_del(&thread->process_link);
	sum_up(process, thread);
	/* One of them may be in execve() and wait until it is alone. */
	list_for_each_entry (other, &process->threads, process_link)
		thread_wake(other);
	lock_release(&process->lock);
	thread->process = NULL;
	return SYS_DIED;
}

/* --- the process's part, by its last thread --- */

static void log_end(const struct process *process, const struct thread *thread)
{
	bool exited = WIFEXITED(process->wait_status);

	if (log_quiet && process != init_process)
		return;
	log_line("proc: pid=%ld %s=%d calls=%lu faults=%lu timer=%lu", process->pid,
		 exited ? "exited status" : "killed signal",
		 exited ? WEXITSTATUS(process->wait_status) : WTERMSIG(process->wait_status),
		 process->calls + thread->calls, process->used.faults + thread->faults,
		 process->timer_irqs + thread->timer_irqs);
}

/*
 * A parent that is dying looks for zombies in front: it may have many children. A lone child stays
 * where it is, as the parent looks without the lock whether it has any. [zombie's kin, the parent's
 * lock]
 */
static void put_in_front(struct process *zombie)
{
	struct list *children = &zombie->parent->children;

	if (children->next == &zombie->sibling_link)
		return;
	list_del(&zombie->sibling_link);
	list_add(children, &zombie->sibling_link);
}

/* [zombie's kin, the parent's lock] */
static void tell_of_end(struct process *zombie)
{
	if (zombie->parent->exiting)
		put_in_front(zombie);
	signal_parent(zombie->parent);
}

/* A zombie among the children, which is not one any more; NULL: none is in front. */
static struct process *take_zombie_child(struct process *process)
{
	struct process *child = NULL;

	lock_acquire(&process->lock);
	if (!list_empty(&process->children))
		child = list_first_entry(&process->children, struct process, sibling_link);
	if (child && child->state != PROCESS_ZOMBIE)
		child = NULL;
	if (child)
		list_del(&child->sibling_link);
	lock_release(&process->lock);
	return child;
}

/* Unless it is being reaped just now. [tree_lock] */
static void bring_to_front(struct process *zombie)
{
	lock_acquire(&zombie->kin);
	lock_acquire(&zombie->parent->lock);
	if (!list_empty(&zombie->sibling_link))
		put_in_front(zombie);
	lock_release(&zombie->parent->lock);
	lock_release(&zombie->kin);
}

/* [tree_lock] */
static bool others_left(void)
{
	const struct process *first = process_next(NULL);

	return first != init_process || process_next(first);
}

/* Without processes the machine idles, and still obeys its keyboard and its monitor. */
static sysret_t stay(struct thread *thread)
{
	thread_cancel_wait(thread);
	thread_prepare_wait(thread);
	return thread_continue(thread, SYS_BLOCKED, stay, NULL, CONT_NONE);
}

/* One a turn; the last process that ends wakes this thread, too. */
static sysret_t reap_others(struct thread *thread)
{
	struct process *process = thread->process, *zombie;
	bool left;

	thread_cancel_wait(thread);
	thread_prepare_wait(thread);
	waitq_add(&process->child_changed, &thread->waiters[0], thread);
	zombie = take_zombie_child(process);
	lock_acquire(&tree_lock);
	left = others_left();
	lock_release(&tree_lock);
	if (left && !zombie)
		return thread_continue(thread, SYS_BLOCKED, reap_others, NULL, CONT_NONE);

	thread_cancel_wait(thread);
	if (zombie) {
		process_unlink(zombie);
		process_free(zombie);
		return go_on_with(thread, reap_others);
	}
	log_end(process, thread);
	exit_last(process->wait_status);
	return stay(thread);
}

/*
 * The run ends with the first process: first SIGKILL to all others, in order of pid. Once is
 * enough: a child that is being made then is taken back by its parent, or comes later.
 */
static sysret_t end_others(struct thread *thread)
{
	struct process *process;

	lock_acquire(&tree_lock);
	process = process_find_above(thread->cont.exit.pid);
	for (int budget = PROCESSES_A_CHUNK; process && budget--;) {
		thread->cont.exit.pid = process->pid;
		if (process->state == PROCESS_ZOMBIE)
			bring_to_front(process);
		else if (process != init_process)
			signal_send_process(process, SIGKILL);
		process = process_next(process);
	}
	lock_release(&tree_lock);
	return go_on_with(thread, process ? end_others : reap_others);
}

/* Nobody but the parent itself, and this is its last thread, takes children away. */
static struct process *first_child(struct process *parent)
{
	struct process *child;

	lock_acquire(&parent->lock);
	child = list_first_entry(&parent->children, struct process, sibling_link);
	lock_release(&parent->lock);
	return child;
}

static void hand_over(struct process *child)
{
	struct process *from = child->parent, *to = init_process;

	lock_acquire(&child->kin);
	lock_acquire(&from->lock);
	list_del(&child->sibling_link);
	lock_release(&from->lock);
	__atomic_store_n(&child->parent, to, __ATOMIC_RELAXED);
	__atomic_store_n(&child->ppid, to->pid, __ATOMIC_RELAXED);
	lock_acquire(&to->lock);
	list_add_tail(&to->children, &child->sibling_link);
	if (child->state == PROCESS_ZOMBIE)
		tell_of_end(child);
	lock_release(&to->lock);
	lock_release(&child->kin);
}

/* Children of a dead process are the first process's, which is told of those that have ended. */
static sysret_t hand_over_children(struct thread *thread)
{
	struct process *process = thread->process;

	if (process == init_process) {
		thread->cont.exit.pid = 0;
		return go_on_with(thread, end_others);
	}
	for (int budget = PROCESSES_A_CHUNK; !list_empty(&process->children);) {
		if (!budget--)
			return go_on_with(thread, hand_over_children);
		hand_over(first_child(process));
	}
	return become_zombie(thread);
}

static sysret_t become_zombie(struct thread *thread)
{
	struct process *process = thread->process, *parent;

	log_end(process, thread);
	lock_acquire(&process->lock);
	list_del(&thread->process_link);
	sum_up(process, thread);
	lock_release(&process->lock);

	lock_acquire(&process->kin);
	parent = process->parent;
	lock_acquire(&parent->lock);
	__atomic_store_n(&process->state, PROCESS_ZOMBIE, __ATOMIC_RELEASE);
	tell_of_end(process);
	lock_release(&parent->lock);
	lock_release(&process->kin);
	/* Its parent may have freed it by now. */
	thread->process = NULL;
	return SYS_DIED;
}

static sysret_t drop_files(struct thread *thread)
{
	fdtable_put(thread->process->fds);
	thread->process->fds = NULL;
	return hand_over_children(thread);
}

static sysret_t drop_memory(struct thread *thread)
{
	if (drop_space(thread->cont.exit.space))
		return go_on_with(thread, drop_memory);
	return drop_files(thread);
}

/* --- and the stations where it is not yet known --- */

/* One thread less; true: that was the last, and the process ends with `wait_status`. */
static bool leave_threads(struct process *process, int wait_status)
{
	bool last;

	/* Of a process that is ending nobody but its last thread itself changes the number. */
	if (process->exiting && process->live_threads == 1) {
		__atomic_store_n(&process->live_threads, 0, __ATOMIC_RELAXED);
		return true;
	}
	lock_acquire(&process->lock);
	last = --process->live_threads == 0;
	if (last)
		process_kill(process, wait_status);
	lock_release(&process->lock);
	return last;
}

static sysret_t leave_process(struct thread *thread)
{
	struct process *process = thread->process;
	struct space *space = thread->space;
	bool last = leave_threads(process, thread->cont.exit.wait_status);

	/* From here on nobody can make the space this CPU's active one for the thread. */
	thread->space = NULL;
	space_switch(NULL);
	if (!last)
		return die(thread);
	process_note_peak(process, space);
	process->space = NULL;
	thread->cont.exit.space = space;
	return go_on_with(thread, space_put(space) ? drop_memory : drop_files);
}

/* Linux: only when somebody is left who can see it. */
static sysret_t tell_child_tid(struct thread *thread)
{
	uint32_t zero = 0;

	if (thread->clear_child_tid.raw &&
	    (thread->process->live_threads > 1 || thread->space->users > 1)) {
		/* An address that is wrong harms nobody else. */
		if (copy_to_user(thread->clear_child_tid, &zero, sizeof(zero)) == SYS_FAULT_WAIT &&
		    !thread->process->exiting)
			return go_on_with(thread, tell_child_tid);
		thread_clear_work(thread, THREAD_WORK_FAULT);
	}
	return leave_process(thread);
}

sysret_t exit_begin(struct thread *thread)
{
	struct lock *lock = &thread->process->lock;

	lock_acquire(lock);
	thread->dying = true;
	lock_release(lock);
	forget_work(thread);
	return go_on_with(thread, tell_child_tid);
}
