/* What time it is. */
#include "abi/time.h"

#include "abi/errno.h"
#include "arch/x86_64/tsc.h"
#include "dev/wall_clock.h"
#include "proc/process.h"
#include "proc/sched.h"
#include "proc/usercopy.h"
#include "sys/args.h"
#include "sys/syscall.h"

#define NS_PER_S  ((uint64_t)NSEC_PER_SEC)
#define NS_PER_US 1000
#define US_PER_S  1000000

static inline sysret_t tell_time(const struct trapframe *call, uint64_t ns)
{
	return copy_pair_to_user(arg_uaddr(call, 1), ns / NS_PER_S, ns % NS_PER_S);
}

/* Of the thread of that number of this process, 0 the current one. */
static sysret_t thread_clock(int64_t tid, uint64_t *ns)
{
	struct process *process = current_thread()->process;
	const struct thread *thread = current_thread();

	lock_acquire(&process->lock);
	if (tid)
		thread = process_thread(process, tid);
	if (thread)
		*ns = sched_run_ns(thread);
	lock_release(&process->lock);
	return thread ? 0 : -EINVAL;
}

/* Of the process of that number, 0 the current one. */
static sysret_t process_clock(int64_t pid, uint64_t *ns)
{
	struct process *process = current_thread()->process;

	lock_acquire(&tree_lock);
	if (pid)
		process = process_find(pid);
	if (process)
		*ns = usage_of(process).run_ns;
	lock_release(&tree_lock);
	return process ? 0 : -EINVAL;
}

/* A clock that is none of the numbered: the CPU time of somebody. */
static sysret_t cpu_clock(int clock, uint64_t *ns)
{
	if (clock >= 0 || CPU_CLOCK_KIND(clock) > CPU_CLOCK_SCHED)
		return -EINVAL;
	return clock & CPU_CLOCK_THREAD ? thread_clock(CPU_CLOCK_OF(clock), ns)
					: process_clock(CPU_CLOCK_OF(clock), ns);
}

/* The clocks that somebody else knows. Apart, since what reads the TSC alone needs no stack. */
static __noinline sysret_t tell_other_clock(const struct trapframe *call)
{
	uint64_t ns;
	sysret_t error;

	switch (arg_int(call, 0)) {
	case CLOCK_REALTIME:
	case CLOCK_REALTIME_COARSE:
	case CLOCK_TAI: /* nobody has told of leap seconds, so it is UTC, as on Linux */
		return tell_time(call, wall_clock_start_ns() + clock_ns());
	case CLOCK_PROCESS_CPUTIME_ID:
		return tell_time(call, usage_of(current_thread()->process).run_ns);
	case CLOCK_THREAD_CPUTIME_ID:
		return tell_time(call, sched_run_ns(current_thread()));
	default:
		error = cpu_clock(arg_int(call, 0), &ns);
		return error ? error : tell_time(call, ns);
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

/* Whatever the clock, a nanosecond is told from the next. */
sysret_t sys_clock_getres(const struct trapframe *call)
{
	int clock = arg_int(call, 0);
	uaddr_t where = arg_uaddr(call, 1);

	uint64_t ns;

	if (clock < 0 && cpu_clock(clock, &ns))
		return -EINVAL;
	if (clock > CLOCK_TAI || (clock > CLOCK_BOOTTIME && clock < CLOCK_TAI))
		return -EINVAL;
	return where.raw ? copy_pair_to_user(where, 0, 1) : 0;
}

/* The zone is what nobody has set. */
sysret_t sys_gettimeofday(const struct trapframe *call)
{
	uint64_t us = (wall_clock_start_ns() + clock_ns()) / NS_PER_US;
	uaddr_t when = arg_uaddr(call, 0), zone = arg_uaddr(call, 1);
	const uint32_t none[2] = {0};
	sysret_t error = 0;

	if (when.raw)
		error = copy_pair_to_user(when, us / US_PER_S, us % US_PER_S);
	if (!error && zone.raw)
		error = copy_to_user(zone, none, sizeof(none));
	return error;
}

sysret_t sys_time(const struct trapframe *call)
{
	uint64_t seconds = (wall_clock_start_ns() + clock_ns()) / NS_PER_S;
	uaddr_t where = arg_uaddr(call, 0);
	sysret_t error = where.raw ? copy_to_user(where, &seconds, sizeof(seconds)) : 0;

	return error ? error : (sysret_t)seconds;
}
