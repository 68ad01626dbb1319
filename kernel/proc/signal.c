#include "proc/signal.h"

#include "abi/errno.h"
#include "abi/syscall_nr.h"
#include "abi/wait.h"
#include "lib/upcall.h"
#include "proc/exit.h"
#include "proc/stop.h"

#define IGNORED_SIGNALS (SIGMASK(SIGCHLD) | SIGMASK(SIGCONT) | SIGMASK(SIGURG) | SIGMASK(SIGWINCH))
#define UNBLOCKABLE	(SIGMASK(SIGKILL) | SIGMASK(SIGSTOP))

#define SYSCALL_INSN_SIZE 2 /* of SYSCALL, which is executed again for a restart */

bool signal_default_ignores(int signo)
{
	return SIGMASK(signo) & IGNORED_SIGNALS;
}

bool signal_default_kills(int signo)
{
	return !(SIGMASK(signo) & (IGNORED_SIGNALS | STOP_SIGNALS));
}

/* --- sending --- */

/* A stop and a continuation annul each other while they are pending. [the process's lock] */
static void discard_pending(struct process *process, sigset_t signals)
{
	struct thread *thread;

	process->pending &= ~signals;
	list_for_each_entry (thread, &process->threads, process_link)
		thread->pending &= ~signals;
}

/* True: it goes on, and its parent is to be told. [its lock] */
static bool stop_or_continue(struct process *process, int signo)
{
	if (signo == SIGCONT) {
		discard_pending(process, STOP_SIGNALS);
		return process_continue(process);
	}
	if (SIGMASK(signo) & STOP_SIGNALS)
		discard_pending(process, SIGMASK(SIGCONT));
	return false;
}

/* Does the thread take the signal when it next can? One that stands still takes only SIGKILL. */
static bool takes(const struct thread *thread, int signo)
{
	if (thread->dying || (thread->blocked & SIGMASK(signo)))
		return false;
	return signo == SIGKILL || !thread->process->stop_signal;
}

/* `thread` shall look at a signal that has become pending. [its process's lock] */
static void notify(struct thread *thread)
{
	thread_set_work(thread, THREAD_WORK_SIGNAL);
	thread_wake(thread);
}

/* True when the signal needs no place among the pending ones. [its process's lock] */
static bool acts_at_once(struct thread *thread, int signo)
{
	if (signal_default_ignores(signo) && !(thread->blocked & SIGMASK(signo)))
		return true;
	if (!signal_default_kills(signo) || !takes(thread, signo))
		return false;
	process_kill(thread->process, signo);
	return true;
}

/* The signal becomes pending for the thread, unless it acts on it at once. [its process's lock] */
static void post_to_thread(struct thread *thread, int signo)
{
	if (acts_at_once(thread, signo))
		return;
	thread->pending |= SIGMASK(signo);
	if (takes(thread, signo))
		notify(thread);
}

/* The signal becomes pending for the process, unless a thread acts on it at once. [its lock] */
static void post(struct process *process, int signo)
{
	struct thread *thread;

	list_for_each_entry (thread, &process->threads, process_link) {
		if (acts_at_once(thread, signo))
			return;
	}
	process->pending |= SIGMASK(signo);
	list_for_each_entry (thread, &process->threads, process_link) {
		if (takes(thread, signo))
			notify(thread);
	}
}

/* To the thread `tid`, or with 0 to all of the process. */
static void send(struct process *process, int64_t tid, int signo)
{
	struct thread *thread = NULL;
	bool goes_on = false;

	lock_acquire(&process->kin);
	lock_acquire(&process->lock);
	if (tid)
		thread = process_thread(process, tid);
	if (!process->exiting && (thread || !tid)) {
		goes_on = stop_or_continue(process, signo);
		if (thread)
			post_to_thread(thread, signo);
		else
			post(process, signo);
	}
	lock_release(&process->lock);
	if (goes_on)
		process_tell_news(process, STATUS_CONTINUED);
	lock_release(&process->kin);
}

void signal_send_process(struct process *process, int signo)
{
	send(process, 0, signo);
}

void signal_send_thread(struct process *process, int64_t tid, int signo)
{
	send(process, tid, signo);
}

void signal_parent(struct process *parent)
{
	if (!parent->exiting)
		post(parent, SIGCHLD);
	waitq_wake_all(&parent->child_changed);
}

void signal_fault(struct thread *thread, const struct signal_info *info)
{
	lock_acquire(&thread->process->lock);
	process_kill(thread->process, info->signo);
	lock_release(&thread->process->lock);
}

/* --- receiving --- */

static sigset_t deliverable(const struct thread *thread)
{
	return (thread->pending | thread->process->pending) & ~thread->blocked;
}

bool signal_pending(const struct thread *thread)
{
	return (deliverable(thread) & ~IGNORED_SIGNALS) || thread->process->stop_signal ||
	       signal_fatal_pending(thread);
}

bool signal_fatal_pending(const struct thread *thread)
{
	return __atomic_load_n(&thread->work, __ATOMIC_RELAXED) & THREAD_WORK_KILL;
}

sysret_t signal_interrupted(struct thread *thread, int restart)
{
	thread_set_work(thread, THREAD_WORK_SIGNAL);
	return -restart;
}

void signal_set_blocked(struct thread *thread, sigset_t blocked)
{
	struct lock *lock = &thread->process->lock;

	lock_acquire(lock);
	thread->blocked = blocked & ~UNBLOCKABLE;
	if (deliverable(thread))
		thread_set_work(thread, THREAD_WORK_SIGNAL);
#ifndef MUTANT_keep_lock
	lock_release(lock);
#endif
}

/* The lowest signal that can be delivered, no longer pending; 0: none. [its process's lock] */
static int take_signal(struct thread *thread)
{
	sigset_t signals = deliverable(thread), lowest = signals & -signals;

	if (!signals)
		return 0;
	if (thread->pending & lowest)
		thread->pending &= ~lowest;
	else
		thread->process->pending &= ~lowest;
	return __builtin_ctzll(lowest) + 1;
}

/*
 * Act on what is pending until something ends or stops the process. True: it has stopped now, and
 * its parent is to be told. [tree_lock, the process's lock]
 */
static bool take_signals(struct thread *thread)
{
	struct process *process = thread->process;
	int signo;

	if (process->stop_signal)
		return false;
	while (!thread->must_exit && !process->stop_signal && (signo = take_signal(thread))) {
		if (signal_default_kills(signo))
			process_kill(process, signo);
		else if (SIGMASK(signo) & STOP_SIGNALS)
			process_stop(process, signo);
	}
	return process->stop_signal;
}

/* An interrupted call starts again, since no handler has run: back to its SYSCALL. */
static void restart_call(struct trapframe *frame)
{
	if (frame->vector != VECTOR_SYSCALL)
		return;
	switch ((int64_t)frame->rax) {
	case -ERESTARTSYS:
	case -ERESTARTNOINTR:
	case -ERESTARTNOHAND:
		frame->rax = frame->error;
		break;
	case -ERESTART_RESTARTBLOCK:
		frame->rax = NR_restart_syscall;
		break;
	default:
		return;
	}
	frame->rip -= SYSCALL_INSN_SIZE;
	frame->vector = VECTOR_NONE;
}

/* For a stop, tree_lock: it may depend on all of the process's group. */
void signal_deliver(struct thread *thread)
{
	struct process *process = thread->process;
	bool must_exit, stops_now;
	int stop;

	lock_acquire(&tree_lock);
	lock_acquire(&process->kin);
	lock_acquire(&process->lock);
	thread_clear_work(thread, THREAD_WORK_SIGNAL);
	stops_now = take_signals(thread);
	must_exit = thread->must_exit;
	stop = process->stop_signal;
	lock_release(&process->lock);
	if (stops_now)
		process_tell_news(process, STATUS_STOPPED(stop));
	lock_release(&process->kin);
	lock_release(&tree_lock);

	if (must_exit) {
		exit_begin(thread);
		return;
	}
	restart_call(frame_slot());
	if (stop)
		stop_current(thread);
}
