/* Sleeping. */
#include "abi/errno.h"
#include "abi/time.h"
#include "arch/x86_64/tsc.h"
#include "dev/wall_clock.h"
#include "lib/upcall.h"
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

static void sleep_abort(struct thread *thread)
{
	thread_cancel_wait(thread);
}

static sysret_t sleep_on(struct thread *thread);

/*
 * A signal: say what was left to sleep, and keep the deadline for restart_syscall. A sleep until a
 * time is called again as it was.
 */
static sysret_t sleep_interrupted(struct thread *thread)
{
	uint64_t now = clock_ns(), deadline = thread->cont.sleep.deadline;
	uaddr_t remaining = thread->cont.sleep.remaining;
	sysret_t error = 0;

	if (now >= deadline)
		return 0;
	if (thread->cont.sleep.until)
		return signal_interrupted(thread, ERESTARTNOHAND);
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
	thread_wake_at(thread, MIN(deadline, now + NAP_NS));
	if (!signal_pending(thread))
		return thread_continue(thread, SYS_BLOCKED, sleep_on, sleep_abort,
				       CONT_INTERRUPTIBLE);
	thread_cancel_wait(thread);
	return sleep_interrupted(thread);
}

/* When so much time will have passed since `from`, as clock_ns() has it. */
static uint64_t deadline_after(uint64_t from, const struct timespec *time)
{
	uint64_t seconds = (uint64_t)time->tv_sec;

	if (seconds >= (FOREVER - from) / NS_PER_S)
		return FOREVER;
	return from + seconds * NS_PER_S + (uint64_t)time->tv_nsec;
}

/* When a clock that shows `start` when clock_ns() is 0 shows that time. */
static uint64_t deadline_at(uint64_t start, const struct timespec *time)
{
	uint64_t when = deadline_after(0, time);

	if (when == FOREVER)
		return FOREVER;
	return when > start ? when - start : 0;
}

static sysret_t get_time(struct timespec *time, uaddr_t where)
{
	sysret_t error = copy_from_user(time, where, sizeof(*time));

	if (error)
		return error;
	return time->tv_sec < 0 || (uint64_t)time->tv_nsec >= NS_PER_S ? -EINVAL : 0;
}

sysret_t sys_nanosleep(const struct trapframe *call)
{
	struct thread *thread = current_thread();
	struct timespec time;
	sysret_t error = get_time(&time, arg_uaddr(call, 0));

	if (error)
		return error;
	thread->cont.sleep.deadline = deadline_after(clock_ns(), &time);
	thread->cont.sleep.remaining = arg_uaddr(call, 1);
	thread->cont.sleep.until = false;
	return sleep_on(thread);
}

/* What a clock that can be slept on shows when clock_ns() is 0; else Linux's errno. */
static int clock_start(int clock, uint64_t *start)
{
	switch (clock) {
	case CLOCK_REALTIME:
	case CLOCK_TAI:
		*start = wall_clock_start_ns();
		return 0;
	case CLOCK_MONOTONIC:
	case CLOCK_BOOTTIME:
		*start = 0;
		return 0;
	case CLOCK_PROCESS_CPUTIME_ID: /* Linux could */
	case CLOCK_THREAD_CPUTIME_ID:
	case CLOCK_MONOTONIC_RAW:
	case CLOCK_REALTIME_COARSE:
	case CLOCK_MONOTONIC_COARSE:
		return -EOPNOTSUPP;
	default:
		return -EINVAL;
	}
}

/* Nobody sets the clocks, so to sleep for a time is the same on all of them. */
sysret_t sys_clock_nanosleep(const struct trapframe *call)
{
	struct thread *thread = current_thread();
	bool until = arg_int(call, 1) & TIMER_ABSTIME;
	struct timespec time;
	uint64_t start;
	sysret_t error = clock_start(arg_int(call, 0), &start);

	if (!error)
		error = get_time(&time, arg_uaddr(call, 2));
	if (error)
		return error;
	thread->cont.sleep.deadline =
		until ? deadline_at(start, &time) : deadline_after(clock_ns(), &time);
	thread->cont.sleep.remaining = arg_uaddr(call, 3);
	thread->cont.sleep.until = until;
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
	thread->cont.sleep.until = false;
	thread->restart.deadline = 0;
	return sleep_on(thread);
}
