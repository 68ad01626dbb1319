/* Where and when threads run. */
#include "proc/sched.h"

#include "abi/errno.h"
#include "lib/string.h"
#include "proc/process.h"
#include "proc/usercopy.h"
#include "sys/args.h"
#include "sys/syscall.h"

/* Bytes of a CPU mask, in whole words, as Linux counts them. */
static size_t mask_size(void)
{
	return BITMAP_WORDS(cpu_count) * sizeof(uint64_t);
}

sysret_t sys_sched_yield(const struct trapframe *call)
{
	(void)call;
	sched_yield_current();
	return 0;
}

sysret_t sys_getcpu(const struct trapframe *call)
{
	uint32_t cpu = this_cpu()->id, node = 0;
	sysret_t error = 0;

	if (arg_u64(call, 0))
		error = copy_to_user(arg_uaddr(call, 0), &cpu, sizeof(cpu));
	if (!error && arg_u64(call, 1))
		error = copy_to_user(arg_uaddr(call, 1), &node, sizeof(node));
	return error;
}

/*
 * The thread of that number, 0 the current one, with its process's lock and tree_lock taken until
 * leave(); NULL: there is none. A zombie has none.
 */
static struct thread *enter(int tid)
{
	struct thread *thread = NULL;
	struct process *process;

	lock_acquire(&tree_lock);
	process = tid ? process_find(tid) : current_thread()->process;
	if (process) {
		lock_acquire(&process->lock);
		thread = tid ? process_thread(process, tid) : current_thread();
		if (thread)
			return thread;
		lock_release(&process->lock);
	}
	lock_release(&tree_lock);
	return NULL;
}

static void leave(struct thread *thread)
{
	lock_release(&thread->process->lock);
	lock_release(&tree_lock);
}

/* Drop CPUs that are not online. False when none is left. */
static bool keep_online(uint64_t *mask)
{
	for (uint32_t cpu = 0; cpu < CPU_MAX; cpu++) {
		if (cpu >= cpu_count || !cpu_by_id(cpu)->online)
			bitmap_clear(mask, cpu);
	}
	return !bitmap_empty(mask, CPU_MAX);
}

sysret_t sys_sched_getaffinity(const struct trapframe *call)
{
	unsigned length = arg_uint(call, 1);
	uint64_t mask[CPU_WORDS];
	struct thread *thread;
	size_t size;
	sysret_t error;

	if ((uint64_t)length * 8 < cpu_count || length % sizeof(uint64_t))
		return -EINVAL;
	thread = enter(arg_int(call, 0));
	if (!thread)
		return -ESRCH;
	memcpy(mask, thread->affinity, sizeof(mask));
	leave(thread);
	keep_online(mask);
	size = MIN((size_t)length, mask_size());
	error = copy_to_user(arg_uaddr(call, 2), mask, size);
	return error ? error : (sysret_t)size;
}

sysret_t sys_sched_setaffinity(const struct trapframe *call)
{
	size_t length = MIN((size_t)arg_uint(call, 1), sizeof(uint64_t) * CPU_WORDS);
	uint64_t mask[CPU_WORDS] = {0};
	sysret_t result = copy_from_user(mask, arg_uaddr(call, 2), length);
	struct thread *thread;
	bool some;

	if (result)
		return result;
	some = keep_online(mask);
	thread = enter(arg_int(call, 0));
	if (!thread)
		return -ESRCH;
	if (some)
		sched_set_affinity(thread, mask);
	leave(thread);
	return some ? 0 : -EINVAL;
}
