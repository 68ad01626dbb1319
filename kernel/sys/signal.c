/* Signals: masks, and sending. */
#include "proc/signal.h"

#include "abi/errno.h"
#include "proc/usercopy.h"
#include "sys/args.h"
#include "sys/syscall.h"

#define PROCESSES_A_CHUNK 64

/* The mask that `how` makes of the old one and the given one. */
static int new_mask(int how, sigset_t old, sigset_t set, sigset_t *mask)
{
	switch (how) {
	case SIG_BLOCK:
		*mask = old | set;
		return 0;
	case SIG_UNBLOCK:
		*mask = old & ~set;
		return 0;
	case SIG_SETMASK:
		*mask = set;
		return 0;
	default:
		return -EINVAL;
	}
}

/* Linux has changed the mask when the old one cannot be stored; so here that is tried first. */
sysret_t sys_rt_sigprocmask(const struct trapframe *call)
{
	struct thread *thread = current_thread();
	uaddr_t set = arg_uaddr(call, 1), old = arg_uaddr(call, 2);
	sigset_t given, blocked = thread->blocked, mask = blocked;
	sysret_t error = 0;

	if (arg_u64(call, 3) != SIGSET_SIZE)
		return -EINVAL;
	if (set.raw) {
		error = copy_from_user(&given, set, sizeof(given));
		if (!error)
			error = new_mask(arg_int(call, 0), blocked, given, &mask);
		if (error)
			return error;
	}
	if (old.raw)
		error = copy_to_user(old, &blocked, sizeof(blocked));
	if (error != SYS_FAULT_WAIT && set.raw)
		signal_set_blocked(thread, mask);
	return error;
}

/* 0 asks only whether there is somebody to send to. */
static bool is_signal(int signo)
{
	return signo >= 0 && signo <= NSIG;
}

/* [tree_lock] */
static sysret_t send_process(struct process *process, int signo)
{
	if (!is_signal(signo))
		return -EINVAL;
	if (signo)
		signal_send_process(process, signo);
	return 0;
}

/* Whom a pid of kill() that is not positive means. [tree_lock] */
static bool is_meant(const struct process *process, int pid, const struct process *self)
{
	if (pid == -1)
		return process != self && process != init_process;
	return process->pgid == (pid ? -(int64_t)pid : self->pgid);
}

/*
 * A chunk of a kill() of many, in order of pid. A child that is born meanwhile has a higher pid
 * than its parent, and is come to; when the pids have begun anew, all are looked at once more.
 */
static sysret_t send_many(struct thread *thread)
{
	struct process *process;
	bool more;

	lock_acquire(&tree_lock);
	if (!thread->cont.kill.last)
		thread->cont.kill.newest = process_newest_pid();
	process = process_find_above(thread->cont.kill.last);
	for (int budget = PROCESSES_A_CHUNK; process && budget--;) {
		if (is_meant(process, thread->cont.kill.pid, thread->process))
			thread->cont.kill.result = send_process(process, thread->cont.kill.signo);
		thread->cont.kill.last = process->pid;
		process = process_next(process);
	}
	more = process || process_newest_pid() < thread->cont.kill.newest;
	if (!process)
		thread->cont.kill.last = 0;
	lock_release(&tree_lock);
	return more ? thread_continue(thread, SYS_AGAIN, send_many, NULL, CONT_NONE)
		    : thread->cont.kill.result;
}

static sysret_t send_one(int pid, int signo)
{
	struct process *process;
	sysret_t result;

	lock_acquire(&tree_lock);
	process = process_find(pid);
	result = process ? send_process(process, signo) : -ESRCH;
	lock_release(&tree_lock);
	return result;
}

sysret_t sys_kill(const struct trapframe *call)
{
	int pid = arg_int(call, 0), signo = arg_int(call, 1);
	struct thread *thread = current_thread();

	if (pid == INT32_MIN)
		return -ESRCH;
	if (pid > 0)
		return send_one(pid, signo);
	thread->cont.kill.pid = pid;
	thread->cont.kill.signo = signo;
	thread->cont.kill.last = 0;
	thread->cont.kill.result = -ESRCH;
	return send_many(thread);
}

/* To the thread `tid`, which must be of process `tgid` unless that is 0. */
static sysret_t send_thread(int64_t tgid, int64_t tid, int signo)
{
	sysret_t result = 0;
	struct process *process;

	lock_acquire(&tree_lock);
	/* A process that has ended keeps the number of its first thread until it is reaped. */
	process = process_find(tid);
	if (!process || (tgid && process->pid != tgid))
		result = -ESRCH;
	else if (!is_signal(signo))
		result = -EINVAL;
	else if (signo)
		signal_send_thread(process, tid, signo);
	lock_release(&tree_lock);
	return result;
}

sysret_t sys_tkill(const struct trapframe *call)
{
	if (arg_int(call, 0) <= 0)
		return -EINVAL;
	return send_thread(0, arg_int(call, 0), arg_int(call, 1));
}

sysret_t sys_tgkill(const struct trapframe *call)
{
	if (arg_int(call, 0) <= 0 || arg_int(call, 1) <= 0)
		return -EINVAL;
	return send_thread(arg_int(call, 0), arg_int(call, 1), arg_int(call, 2));
}
