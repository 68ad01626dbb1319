/* Processes and threads: their numbers, fork, execve, exit, wait4, personality, arch_prctl. */
#include "abi/errno.h"
#include "abi/personality.h"
#include "abi/prctl.h"
#include "abi/wait.h"
#include "proc/exec.h"
#include "proc/exit.h"
#include "proc/fork.h"
#include "proc/usercopy.h"
#include "proc/wait.h"
#include "sys/args.h"
#include "sys/syscall.h"

#define WAIT_OPTIONS (WNOHANG | WUNTRACED | WCONTINUED | WNOTHREAD | WCLONE | WALL)

sysret_t sys_getpid(const struct trapframe *call)
{
	(void)call;
	return current_thread()->process->pid;
}

/* Without a lock: the number is one word, and a parent's end may change it at any time anyway. */
sysret_t sys_getppid(const struct trapframe *call)
{
	(void)call;
	return __atomic_load_n(&current_thread()->process->ppid, __ATOMIC_RELAXED);
}

sysret_t sys_gettid(const struct trapframe *call)
{
	(void)call;
	return current_thread()->tid;
}

sysret_t sys_set_tid_address(const struct trapframe *call)
{
	struct thread *thread = current_thread();

	thread->clear_child_tid = arg_uaddr(call, 0);
	return thread->tid;
}

sysret_t sys_fork(const struct trapframe *call)
{
	(void)call;
	return fork_process(current_thread(), &(struct fork_call){0});
}

/* As far as a C library's fork() goes: the child shares nothing with its parent. */
sysret_t sys_clone(const struct trapframe *call)
{
	unsigned flags = arg_uint(call, 0);
	struct fork_call fork = {.stack = arg_u64(call, 1),
				 .child_tid = arg_uaddr(call, 3),
				 .set_tid = flags & CLONE_CHILD_SETTID,
				 .clear_tid = flags & CLONE_CHILD_CLEARTID};

	if ((flags & ~(CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID)) != SIGCHLD)
		return syscall_missing(call);
	return fork_process(current_thread(), &fork);
}

sysret_t sys_execve(const struct trapframe *call)
{
	return exec_process(current_thread(), arg_uaddr(call, 0), arg_uaddr(call, 1),
			    arg_uaddr(call, 2));
}

sysret_t sys_exit(const struct trapframe *call)
{
	return exit_thread(current_thread(), W_EXITCODE(arg_int(call, 0)));
}

sysret_t sys_exit_group(const struct trapframe *call)
{
	return exit_process(current_thread(), W_EXITCODE(arg_int(call, 0)));
}

sysret_t sys_wait4(const struct trapframe *call)
{
	int pid = arg_int(call, 0), options = arg_int(call, 2);

	if ((unsigned)options & ~WAIT_OPTIONS)
		return -EINVAL;
	/* Its negative is no number. */
	if (pid == INT32_MIN)
		return -ESRCH;
	return wait_for_child(current_thread(), pid, arg_uaddr(call, 1), options,
			      arg_uaddr(call, 3));
}

/* Linux takes any bits; here those are refused that would mean something and do nothing. */
sysret_t sys_personality(const struct trapframe *call)
{
	struct process *process = current_thread()->process;
	uint32_t wanted = arg_uint(call, 0), old = process->personality;

	if (wanted == PERSONALITY_QUERY)
		return old;
	if (wanted & ~(uint32_t)ADDR_NO_RANDOMIZE)
		return -EINVAL;
	process->personality = wanted;
	return old;
}

/* Linux allows the whole user half, and clears the selector, which would say something else. */
static sysret_t set_base(struct thread *thread, uint64_t *base, uint16_t *selector, uint64_t value)
{
	if (value >= USER_END)
		return -EPERM;
	thread_save_state(thread);
	*selector = 0;
	*base = value;
	this_cpu()->work |= CPU_WORK_LOAD;
	return 0;
}

static sysret_t get_base(struct thread *thread, const uint64_t *base, uaddr_t where)
{
	thread_save_state(thread);
	return copy_to_user(where, base, sizeof(*base));
}

sysret_t sys_arch_prctl(const struct trapframe *call)
{
	struct thread *thread = current_thread();

	switch (arg_int(call, 0)) {
	case ARCH_SET_FS:
		return set_base(thread, &thread->fs_base, &thread->selectors.fs, arg_u64(call, 1));
	case ARCH_SET_GS:
		return set_base(thread, &thread->gs_base, &thread->selectors.gs, arg_u64(call, 1));
	case ARCH_GET_FS:
		return get_base(thread, &thread->fs_base, arg_uaddr(call, 1));
	case ARCH_GET_GS:
		return get_base(thread, &thread->gs_base, arg_uaddr(call, 1));
	default:
		return -EINVAL;
	}
}
