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

/* The thread of that number, 0 the current one; a zombie has none. [tree_lock] */
static struct thread *find(int tid)
{
	return tid ? thread_find(tid) : current_thread();
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
	lock_acquire(&tree_lock);
	thread = find(arg_int(call, 0));
	if (thread)
		memcpy(mask, thread->affinity, sizeof(mask));
	lock_release(&tree_lock);
	if (!thread)
		return -ESRCH;
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
	lock_acquire(&tree_lock);
	thread = find(arg_int(call, 0));
	if (!thread)
		result = -ESRCH;
	else if (!some)
		result = -EINVAL;
	else
		sched_set_affinity(thread, mask);
	lock_release(&tree_lock);
	return result;
}
