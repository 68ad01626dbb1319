/*
 * execve: everything that can fail is done first, beside the running program: the file is found,
 * the strings are measured, a new space is built, the strings are copied into it. Then the old
 * program's other threads end, the spaces are exchanged, and the old one is emptied. Each station
 * is a continuation; up to the exchange a kill or an error takes the new space back.
 */
#include "proc/exec.h"

#include "abi/errno.h"
#include "abi/personality.h"
#include "abi/stat.h"
#include "core/log.h"
#include "lib/string.h"
#include "lib/upcall.h"
#include "proc/drop_space.h"
#include "proc/exec_image.h"
#include "proc/exec_state.h"
#include "proc/exit.h"
#include "proc/signal.h"
#include "proc/usercopy.h"

struct vm_object *(*exec_lookup)(const char *path, int *error);

static sysret_t go_on_with(struct thread *thread, sysret_t how,
			   sysret_t (*station)(struct thread *))
{
	return thread_continue(thread, how, station, NULL, CONT_NONE);
}

/* --- giving up --- */

static sysret_t undo(struct thread *thread)
{
	struct exec_state *exec = thread->cont.exec;
	int error = exec->error;
	bool deadly = exec->image.too_late;

	if (exec->space && drop_space(exec->space))
		return go_on_with(thread, SYS_AGAIN, undo);
	exec_state_free(exec);
	/* Linux finds this out when the old program is gone already. */
	return deadly ? exit_process(thread, SIGSEGV) : error;
}

static sysret_t give_up(struct thread *thread, sysret_t error)
{
	thread->cont.exec->error = (int)error;
	return undo(thread);
}

/* After a chunk of a station: on with the `next`, again, or give up. */
static sysret_t after(struct thread *thread, sysret_t result, sysret_t (*again)(struct thread *),
		      sysret_t (*next)(struct thread *))
{
	if (signal_fatal_pending(thread))
		return give_up(thread, -EINTR);
	if (result == SYS_AGAIN || result == SYS_FAULT_WAIT)
		return go_on_with(thread, SYS_AGAIN, again);
	return result ? give_up(thread, result) : go_on_with(thread, SYS_AGAIN, next);
}

/* --- the last station: nothing can fail any more --- */

static sysret_t enter_program(struct thread *thread)
{
	struct exec_state *exec = thread->cont.exec;
	struct trapframe *frame = frame_slot();

	if (exec->space && drop_space(exec->space))
		return go_on_with(thread, SYS_AGAIN, enter_program);
	thread_reset_state(thread);
	exec_image_frame(exec, frame);
	exec_state_free(exec);
	return SYS_FRAME_SET;
}

/* The thread moves into the new space; the old one takes its place in the state, to be emptied. */
static sysret_t exchange_spaces(struct thread *thread)
{
	struct exec_state *exec = thread->cont.exec;
	struct process *process = thread->process;
	struct space *old = thread->space;

	exec_image_tell(exec);
	process_note_peak(process, old);
	/* Others look at a process's space under this lock, and change its limits. */
	lock_acquire(&process->lock);
	exec->space->limits = old->limits;
	process->space = exec->space;
	lock_release(&process->lock);
	thread->space = exec->space;
	space_switch(exec->space);
	exec->space = space_put(old) ? old : NULL;
	strscpy(process->name, exec_state_name(exec), sizeof(process->name));
	thread->clear_child_tid = UADDR(0);
	thread->restart.deadline = 0;
	thread->tid = process->pid;
	return enter_program(thread);
}

static sysret_t end_other_threads(struct thread *thread)
{
	struct process *process = thread->process;
	bool alone;

	thread_cancel_wait(thread);
	thread_prepare_wait(thread);
	lock_acquire(&process->lock);
	process_kill_others(thread);
	alone = process->live_threads == 1;
	lock_release(&process->lock);
	if (!alone && !signal_fatal_pending(thread))
		return go_on_with(thread, SYS_BLOCKED, end_other_threads);
	thread_cancel_wait(thread);
	return alone ? exchange_spaces(thread) : give_up(thread, -EINTR);
}

/* --- stations that may fail --- */

static sysret_t finish_stack(struct thread *thread)
{
	return after(thread, exec_image_finish(thread->cont.exec), finish_stack, end_other_threads);
}

static sysret_t copy_strings(struct thread *thread)
{
	return after(thread, exec_copy_strings(thread->cont.exec), copy_strings, finish_stack);
}

static sysret_t load_image(struct thread *thread)
{
	bool fixed = thread->process->personality & ADDR_NO_RANDOMIZE;

	return after(thread, exec_image_load(thread->cont.exec, thread->space->limits.stack, fixed),
		     load_image, copy_strings);
}

static sysret_t measure_strings(struct thread *thread)
{
	return after(thread, exec_measure_strings(thread->cont.exec), measure_strings, load_image);
}

static sysret_t count_strings(struct thread *thread)
{
	return after(thread, exec_count_strings(thread->cont.exec), count_strings, measure_strings);
}

/* Read the path and find its file; the state's memory is the caller's to free. */
static sysret_t find_file(struct exec_state *exec, uaddr_t path)
{
	sysret_t length = copy_string_from_user(exec->path, path, PATH_MAX);
	int error;

	if (length <= 0)
		return length ? length : -ENOENT;
	exec->path_size = (size_t)length + 1;
	exec->object = exec_lookup(exec->path, &error);
	return exec->object ? 0 : error;
}

sysret_t exec_process(struct thread *thread, uaddr_t path, uaddr_t argv, uaddr_t envp)
{
	struct exec_state *exec = exec_state_create();
	sysret_t error;

	if (!exec)
		return -ENOMEM;
	error = find_file(exec, path);
	if (error) {
		exec_state_free(exec);
		return error;
	}
	exec->args_max = exec_args_max(thread->space->limits.stack);
	exec->arrays[EXEC_ARGS].base = argv;
	exec->arrays[EXEC_ENV].base = envp;
	thread->cont.exec = exec;
	return count_strings(thread);
}
