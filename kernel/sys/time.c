/* Clocks, and sleeping. */
#include "abi/time.h"

#include "abi/errno.h"
#include "arch/x86_64/tsc.h"
#include "dev/wall_clock.h"
#include "lib/upcall.h"
#include "proc/sched.h"
#include "proc/signal.h"
#include "proc/usercopy.h"
#include "sys/args.h"
#include "sys/syscall.h"

#define NS_PER_S ((uint64_t)NSEC_PER_SEC)
#define FOREVER	 ((uint64_t)INT64_MAX) /* ns, about 292 years */
#define NAP_NS	 (86400 * NS_PER_S)    /* a timer is set for a day at most */

static struct timespec to_timespec(uint64_t ns)
{
	return (struct timespec){.tv_sec = (int64_t)(ns / NS_PER_S),
				 .tv_nsec = (int64_t)(ns % NS_PER_S)};
}

/* Time on CPUs of all threads that the process has and had. */
static uint64_t process_run_ns(const struct process *process)
{
	const struct thread *thread;
	uint64_t sum;

	lock_acquire(&tree_lock);
	sum = process->used.run_ns;
	list_for_each_entry (thread, &process->threads, process_link)
		sum += sched_run_ns(thread);
	lock_release(&tree_lock);
	return sum;
}

static inline sysret_t tell_time(const struct trapframe *call, uint64_t ns)
{
	return copy_pair_to_user(arg_uaddr(call, 1), ns / NS_PER_S, ns % NS_PER_S);
}

/* The clocks that somebody else knows. Apart, since what reads the TSC alone needs no stack. */
static __noinline sysret_t tell_other_clock(const struct trapframe *call)
{
	switch (arg_int(call, 0)) {
	case CLOCK_REALTIME:
	case CLOCK_REALTIME_COARSE:
	case CLOCK_TAI: /* nobody has told of leap seconds, so it is UTC, as on Linux */
		return tell_time(call, wall_clock_start_ns() + clock_ns());
	case CLOCK_PROCESS_CPUTIME_ID:
		return tell_time(call, process_run_ns(current_thread()->process));
	case CLOCK_THREAD_CPUTIME_ID:
		return tell_time(call, sched_run_ns(current_thread()));
	default:
		return -EINVAL;
	}
}

sysret_t sys_clock_gettime(const struct trapframe *call)
{
	switch (arg_int(call, 0)) {
	case CLOCK_MONOTONIC:
	case CLOCK_MONOTONIC_RAW:
	case CLOCK_MONOTONIC_COARSE:
	case CLOCK_BOOTTIME:
		return tell_time(call, clock_ns());
	default:
		return tell_other_clock(call);
	}
}

/* --- sleeping --- */

static void sleep_over(struct timer *timer)
{
	thread_wake(container_of(timer, struct thread, timer));
}

static void sleep_abort(struct thread *thread)
{
	thread_cancel_wait(thread);
}

static sysret_t sleep_on(struct thread *thread);

/* A signal: say what was left to sleep, and keep the deadline for restart_syscall. */
static sysret_t sleep_interrupted(struct thread *thread)
{
	uint64_t now = clock_ns(), deadline = thread->cont.sleep.deadline;
	uaddr_t remaining = thread->cont.sleep.remaining;
	sysret_t error = 0;

	if (now >= deadline)
		return 0;
	if (remaining.raw) {
		struct timespec rest = to_timespec(deadline - now);

		error = copy_to_user(remaining, &rest, sizeof(rest));
	}
	if (error == SYS_FAULT_WAIT)
		return thread_continue(thread, SYS_AGAIN, sleep_on, NULL, CONT_KILLABLE);
	if (error)
		return error;
	thread->restart.deadline = deadline;
	thread->restart.remaining = remaining;
	return signal_interrupted(thread, ERESTART_RESTARTBLOCK);
}

static sysret_t sleep_on(struct thread *thread)
{
	uint64_t now = clock_ns(), deadline = thread->cont.sleep.deadline;

	thread_cancel_wait(thread);
	if (now >= deadline)
		return 0;
	thread_prepare_wait(thread);
	timer_set(&thread->timer, MIN(deadline, now + NAP_NS), sleep_over);
	if (!signal_pending(thread))
		return thread_continue(thread, SYS_BLOCKED, sleep_on, sleep_abort,
				       CONT_INTERRUPTIBLE);
	thread_cancel_wait(thread);
	return sleep_interrupted(thread);
}

static uint64_t deadline_after(const struct timespec *time)
{
	uint64_t now = clock_ns(), seconds = (uint64_t)time->tv_sec;

	if (seconds >= (FOREVER - now) / NS_PER_S)
		return FOREVER;
	return now + seconds * NS_PER_S + (uint64_t)time->tv_nsec;
}

sysret_t sys_nanosleep(const struct trapframe *call)
{
	struct thread *thread = current_thread();
	struct timespec time;
	sysret_t error = copy_from_user(&time, arg_uaddr(call, 0), sizeof(time));

	if (error)
		return error;
	if (time.tv_sec < 0 || (uint64_t)time.tv_nsec >= NS_PER_S)
		return -EINVAL;
	thread->cont.sleep.deadline = deadline_after(&time);
	thread->cont.sleep.remaining = arg_uaddr(call, 1);
	return sleep_on(thread);
}

/* How the exit loop has a program go on with a sleep that a signal interrupted. */
sysret_t sys_restart_syscall(const struct trapframe *call)
{
	struct thread *thread = current_thread();

	(void)call;
	if (!thread->restart.deadline)
		return -EINTR;
	thread->cont.sleep.deadline = thread->restart.deadline;
	thread->cont.sleep.remaining = thread->restart.remaining;
	thread->restart.deadline = 0;
	return sleep_on(thread);
}
