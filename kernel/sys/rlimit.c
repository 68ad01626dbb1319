/*
 * getrlimit, setrlimit, prlimit64: the limits are kept; memory's are enforced (mm/limits.h).
 * getrusage: what has been used.
 */
#include "abi/errno.h"
#include "abi/resource.h"
#include "lib/string.h"
#include "proc/process.h"
#include "proc/sched.h"
#include "proc/usercopy.h"
#include "sys/args.h"
#include "sys/syscall.h"

#define NOFILE_MAX (1U << 20) /* fs.nr_open */

/* What a space has to know. [its process's lock] */
static void tell_space(struct space *space, unsigned resource, uint64_t limit)
{
	switch (resource) {
	case RLIMIT_AS:
		space->limits.address_space = limit;
		break;
	case RLIMIT_DATA:
		space->limits.data = limit;
		break;
	case RLIMIT_STACK:
		space->limits.stack = limit;
		break;
	case RLIMIT_MEMLOCK:
		space->limits.locked = limit;
		break;
	default:
		break;
	}
}

/* Nobody is privileged: a hard limit only goes down. [process's lock] */
static int change(struct process *process, unsigned resource, const struct rlimit *new)
{
	struct rlimit *limit = &process->rlimits[resource];

	if (new->rlim_max > limit->rlim_max)
		return -EPERM;
	*limit = *new;
	/* While a process is not ending its space stays, under this lock. */
	if (process_has_space(process))
		tell_space(process->space, resource, new->rlim_cur);
	return 0;
}

static int check(unsigned resource, const struct rlimit *new)
{
	if (new->rlim_cur > new->rlim_max)
		return -EINVAL;
	return resource == RLIMIT_NOFILE && new->rlim_max > NOFILE_MAX ? -EPERM : 0;
}

/* Read and then change a limit; either may be NULL. pid 0 is the caller. */
static int get_and_set(int64_t pid, unsigned resource, const struct rlimit *new, struct rlimit *old)
{
	struct process *process;
	int error = -ESRCH;

	lock_acquire(&tree_lock);
	process = pid ? process_find(pid) : current_thread()->process;
	if (process) {
		lock_acquire(&process->lock);
		if (old)
			*old = process->rlimits[resource];
		error = new ? change(process, resource, new) : 0;
		lock_release(&process->lock);
	}
	lock_release(&tree_lock);
	return error;
}

sysret_t sys_getrlimit(const struct trapframe *call)
{
	unsigned resource = arg_uint(call, 0);
	struct rlimit old;

	if (resource >= RLIM_NLIMITS)
		return -EINVAL;
	(void)get_and_set(0, resource, NULL, &old);
	return copy_to_user(arg_uaddr(call, 1), &old, sizeof(old));
}

sysret_t sys_setrlimit(const struct trapframe *call)
{
	unsigned resource = arg_uint(call, 0);
	struct rlimit new;
	sysret_t error = copy_from_user(&new, arg_uaddr(call, 1), sizeof(new));

	if (error)
		return error;
	if (resource >= RLIM_NLIMITS)
		return -EINVAL;
	error = check(resource, &new);
	return error ? error : get_and_set(0, resource, &new, NULL);
}

/* The old limit is copied out first, so that a copy that has to wait has no side effect. */
sysret_t sys_prlimit64(const struct trapframe *call)
{
	int pid = arg_int(call, 0);
	unsigned resource = arg_uint(call, 1);
	uaddr_t new_at = arg_uaddr(call, 2), old_at = arg_uaddr(call, 3);
	struct rlimit new, old;
	sysret_t error;

	if (new_at.raw) {
		error = copy_from_user(&new, new_at, sizeof(new));
		if (error)
			return error;
	}
	if (resource >= RLIM_NLIMITS)
		return -EINVAL;
	error = new_at.raw ? check(resource, &new) : 0;
	if (!error)
		error = get_and_set(pid, resource, NULL, &old);
	if (!error && old_at.raw)
		error = copy_to_user(old_at, &old, sizeof(old));
	if (error || !new_at.raw)
		return error;
	return get_and_set(pid, resource, &new, NULL);
}

static int find_usage(int who, struct usage *usage)
{
	struct thread *thread = current_thread();
	struct process *process = thread->process;

	switch (who) {
	case RUSAGE_SELF:
		*usage = usage_of(process);
		return 0;
	case RUSAGE_CHILDREN:
		lock_acquire(&process->lock);
		*usage = process->reaped;
		lock_release(&process->lock);
		return 0;
	case RUSAGE_THREAD:
		*usage = usage_of(process);
		usage->run_ns = sched_run_ns(thread);
		usage->faults = thread->faults;
		return 0;
	default:
		return -EINVAL;
	}
}

sysret_t sys_getrusage(const struct trapframe *call)
{
	struct usage usage;
	struct rusage told;
	int error = find_usage(arg_int(call, 0), &usage);

	if (error)
		return error;
	told = usage_tell(&usage);
	return copy_to_user(arg_uaddr(call, 1), &told, sizeof(told));
}
