/* The first process: the same as execve, but there is no program yet, and strings are the kernel's.
 */
#include "abi/errno.h"
#include "abi/stat.h"
#include "arch/x86_64/fpu.h"
#include "lib/string.h"
#include "mm/limits.h"
#include "proc/exec.h"
#include "proc/exec_image.h"
#include "proc/exec_state.h"

/* NUL-separated strings: how many. */
static uint64_t count(const char *block, size_t size)
{
	uint64_t strings = 0;

	for (size_t i = 0; i < size; i++)
		strings += block[i] == '\0';
	return strings;
}

static int put_strings(struct exec_stack *stack, const char *block, size_t size)
{
	int error = 0;

	for (size_t at = 0; at < size && !error;) {
		size_t length = strlen(block + at) + 1;

		error = exec_stack_string(stack, block + at, length, true);
		at += length;
	}
	return error;
}

static int load(struct exec_state *exec, const char *args, size_t args_size, const char *env,
		size_t env_size)
{
	int error;

	if (args_size + env_size > exec_args_max(default_limits.stack))
		return -E2BIG;
	exec->object = exec_lookup(exec->path, &error);
	if (!exec->object)
		return error;
	exec->arrays[EXEC_ARGS].count = count(args, args_size);
	exec->arrays[EXEC_ENV].count = count(env, env_size);
	exec->bytes = args_size + env_size;
	error = exec_image_load(exec, default_limits.stack, false);
	if (!error)
		error = put_strings(&exec->stack, args, args_size);
	if (!error)
		error = put_strings(&exec->stack, env, env_size);
	return error ? error : exec_image_finish(exec);
}

/* The process and its thread, with the program in place. */
static int make_process(const struct exec_state *exec, struct fdtable *fds)
{
	struct process *process = process_create();
	struct thread *thread = process ? thread_create(process) : NULL;

	if (!thread)
		return -ENOMEM;
	strscpy(process->name, exec_state_name(exec), sizeof(process->name));
	process->space = exec->space;
	process->fds = fds;
	process->live_threads = 1;
	thread->space = exec->space;
	fpu_init_state(thread->fpu);
	exec_image_frame(exec, &thread->frame);
	lock_acquire(&tree_lock);
	process_enter(process, NULL);
	thread->tid = process->pid;
	list_add_tail(&process->threads, &thread->process_link);
	lock_release(&tree_lock);
	init_process = process;
	return 0;
}

int exec_first(const char *path, const char *args, size_t args_size, const char *env,
	       size_t env_size, struct fdtable *fds)
{
	struct exec_state *exec = exec_state_create();
	int error;

	if (!exec)
		return -ENOMEM;
	if (strscpy(exec->path, path, PATH_MAX) < 0)
		return -ENAMETOOLONG;
	exec->path_size = strlen(path) + 1;
	error = load(exec, args, args_size, env, env_size);
	if (!error)
		error = make_process(exec, fds);
	if (error)
		return error;
	exec_image_tell(exec);
	exec_state_free(exec);
	return 0;
}
