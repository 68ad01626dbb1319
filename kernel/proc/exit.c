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
 *	reap_others		and reap them
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

#define CHILDREN_A_CHUNK 64

void (*exit_last)(int wait_status);

static sysret_t become_zombie(struct thread *thread);
static sysret_t tell_child_tid(struct thread *thread);

static sysret_t go_on_with(struct thread *thread, sysret_t (*station)(struct thread *))
{
	return thread_continue(thread, SYS_AGAIN, station, NULL, CONT_NONE);
}

/* --- beginning --- */

/* [tree_lock] */
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
	process->stop_news = false;
	process->continue_news = false;
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

static sysret_t begin(struct thread *thread)
{
	thread_clear_work(thread, THREAD_WORK_KILL | THREAD_WORK_SIGNAL | THREAD_WORK_FAULT);
	return go_on_with(thread, tell_child_tid);
}

sysret_t exit_process(struct thread *thread, int wait_status)
{
	lock_acquire(&tree_lock);
	thread->dying = true;
	process_kill(thread->process, wait_status);
	lock_release(&tree_lock);
	return begin(thread);
}

sysret_t exit_thread(struct thread *thread, int wait_status)
{
	thread->cont.exit.wait_status = wait_status;
	return exit_begin(thread);
}

/* --- the thread's part --- */

/* [tree_lock] */
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

	lock_acquire(&tree_lock);
	list_del(&thread->process_link);
	sum_up(process, thread);
	/* One of them may be in execve() and wait until it is alone. */
	list_for_each_entry (other, &process->threads, process_link)
		thread_wake(other);
	lock_release(&tree_lock);
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

/* A parent that is dying looks for zombies in front: it may have many children. [tree_lock] */
static void put_in_front(struct process *zombie)
{
	list_del(&zombie->sibling_link);
	list_add(&zombie->parent->children, &zombie->sibling_link);
}

/* [tree_lock] */
static void tell_parent(struct process *zombie)
{
	if (zombie->parent->exiting)
		put_in_front(zombie);
	signal_parent(zombie);
}

/* [tree_lock] Free nothing here: the caller does, without the lock. NULL: none is in front. */
static struct process *unlink_zombie_child(struct process *process)
{
	struct process *child;

	if (list_empty(&process->children))
		return NULL;
	child = list_first_entry(&process->children, struct process, sibling_link);
	if (child->state != PROCESS_ZOMBIE)
		return NULL;
	process_unlink(child);
	return child;
}

/*
 * Send SIGKILL to all but the first process. Once is enough: a child that is being made then is
 * taken back by its parent. [tree_lock]
 */
static void kill_others(void)
{
	struct process *process = NULL;

	while ((process = process_next(process))) {
		if (process == init_process)
			continue;
		if (process->state == PROCESS_ZOMBIE)
			put_in_front(process);
		else
			signal_send_process(process, SIGKILL);
	}
}

/* [tree_lock] */
static bool others_left(void)
{
	const struct process *first = process_next(NULL);

	return first != init_process || process_next(first);
}

/* One a turn; the last process that ends wakes this thread, too. */
static sysret_t reap_others(struct thread *thread)
{
	struct process *process = thread->process, *zombie;
	bool left;

	thread_cancel_wait(thread);
	thread_prepare_wait(thread);
	waitq_add(&process->child_changed, &thread->waiters[0], thread);
	lock_acquire(&tree_lock);
	zombie = unlink_zombie_child(process);
	left = others_left();
	lock_release(&tree_lock);
	if (left && !zombie)
		return thread_continue(thread, SYS_BLOCKED, reap_others, NULL, CONT_NONE);

	thread_cancel_wait(thread);
	if (zombie) {
		process_free(zombie);
		return go_on_with(thread, reap_others);
	}
	log_end(process, thread);
	exit_last(process->wait_status);
	panic("the end of the run returned");
}

/* The run ends with the first process: first all others. */
static sysret_t end_others(struct thread *thread)
{
	lock_acquire(&tree_lock);
	kill_others();
	lock_release(&tree_lock);
	return go_on_with(thread, reap_others);
}

/* Children of a dead process are the first process's, which is told of those that have ended. */
static sysret_t hand_over_children(struct thread *thread)
{
	struct process *process = thread->process, *child, *next;
	int budget = CHILDREN_A_CHUNK;

	if (process == init_process)
		return go_on_with(thread, end_others);
	/* Nobody but the process itself, and this is its last thread, makes it children. */
	if (list_empty(&process->children))
		return become_zombie(thread);
	lock_acquire(&tree_lock);
	list_for_each_entry_safe (child, next, &process->children, sibling_link) {
		list_del(&child->sibling_link);
		child->parent = init_process;
		child->ppid = init_process->pid;
		list_add_tail(&init_process->children, &child->sibling_link);
		if (child->state == PROCESS_ZOMBIE)
			tell_parent(child);
		if (!--budget)
			break;
	}
	lock_release(&tree_lock);
	return budget ? become_zombie(thread) : go_on_with(thread, hand_over_children);
}

static sysret_t become_zombie(struct thread *thread)
{
	struct process *process = thread->process;

	log_end(process, thread);
	lock_acquire(&tree_lock);
	list_del(&thread->process_link);
	sum_up(process, thread);
	__atomic_store_n(&process->state, PROCESS_ZOMBIE, __ATOMIC_RELEASE);
	tell_parent(process);
	lock_release(&tree_lock);
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
	return go_on_with(thread, drop_files);
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
	lock_acquire(&tree_lock);
	last = --process->live_threads == 0;
	if (last)
		process_kill(process, wait_status);
	lock_release(&tree_lock);
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
	lock_acquire(&tree_lock);
	thread->dying = true;
	lock_release(&tree_lock);
	return begin(thread);
}
