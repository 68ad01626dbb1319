/*
 * fork: the child is made first, then the memory is copied in chunks under a claim on the parent's
 * space, then the child enters the tree of processes and starts. A kill, or the lack of memory,
 * takes everything back, in chunks too; that is why no `abort` could do it.
 */
#include "proc/fork.h"

#include "abi/errno.h"
#include "arch/x86_64/fpu.h"
#include "lib/string.h"
#include "lib/upcall.h"
#include "proc/claim_wait.h"
#include "proc/drop_space.h"
#include "proc/sched.h"
#include "proc/signal.h"
#include "proc/usercopy.h"

static sysret_t go_on_with(struct thread *thread, sysret_t how, sysret_t (*run)(struct thread *))
{
	return thread_continue(thread, how, run, NULL, CONT_NONE);
}

/* Free the half-made child, with whatever it has but its space. */
static void free_child(struct thread *thread)
{
	struct process *child = thread->cont.fork.child;

	if (child->fds)
		fdtable_put(child->fds);
	if (thread->cont.fork.thread)
		thread_free(thread->cont.fork.thread);
	process_free(child);
}

static sysret_t undo(struct thread *thread)
{
	struct space *space = thread->cont.fork.child->space;

#ifdef MUTANT_fork_leaks
	if (thread->cont.fork.error == -EINTR)
		space = NULL;
#endif
	if (space && drop_space(space))
		return go_on_with(thread, SYS_AGAIN, undo);
	free_child(thread);
	return thread->cont.fork.error;
}

static sysret_t begin_undo(struct thread *thread, int error)
{
	thread->cont.fork.error = error;
	return undo(thread);
}

/* The child's first turn. Linux: an address that is wrong is its own business. */
static sysret_t tell_tid(struct thread *thread)
{
	uint32_t tid = (uint32_t)thread->tid;

	if (copy_to_user(thread->cont.tell_tid, &tid, sizeof(tid)) == SYS_FAULT_WAIT)
		return thread_continue(thread, SYS_AGAIN, tell_tid, NULL, CONT_KILLABLE);
	return 0;
}

static void begin_as_told(struct thread *copy, const struct fork_call *call)
{
	if (call->stack)
		copy->frame.rsp = call->stack;
	if (call->clear_tid)
		copy->clear_child_tid = call->child_tid;
	if (call->set_tid) {
		copy->cont.tell_tid = call->child_tid;
		(void)thread_continue(copy, SYS_AGAIN, tell_tid, NULL, CONT_KILLABLE);
	}
}

/* The child's thread is a copy of this one, but its fork() returns 0. */
static void copy_thread(struct thread *thread, struct thread *copy)
{
	thread_save_state(thread);
	memcpy(copy->fpu, thread->fpu, fpu_state_size());
	copy->selectors = thread->selectors;
	copy->fs_base = thread->fs_base;
	copy->gs_base = thread->gs_base;
	copy->frame = *frame_slot();
	copy->frame.rax = 0;
	copy->blocked = thread->blocked;
	begin_as_told(copy, &thread->cont.fork.call);
}

/*
 * The child becomes one of the tree; false when its parent was killed before: who kills many at
 * once holds tree_lock meanwhile, and misses none. [tree_lock, the parent's lock]
 */
static bool enter_child(struct thread *thread, struct process *child, struct thread *copy)
{
	if (thread->must_exit)
		return false;
	process_enter(child, thread->process);
	memcpy(copy->affinity, thread->affinity, sizeof(copy->affinity));
	copy->tid = child->pid;
	copy->space = child->space;
	list_add_tail(&child->threads, &copy->process_link);
	child->live_threads = 1;
	return true;
}

static sysret_t start_child(struct thread *thread)
{
	struct process *child = thread->cont.fork.child;
	struct thread *copy = thread->cont.fork.thread;
	struct process *process = thread->process;
	bool entered;
	int64_t pid;

	copy_thread(thread, copy);
	lock_acquire(&tree_lock);
	lock_acquire(&process->lock);
	entered = enter_child(thread, child, copy);
	pid = child->pid;
	lock_release(&process->lock);
	lock_release(&tree_lock);
	if (!entered)
		return begin_undo(thread, -EINTR);
	/* From here on the child may run, exit, and be reaped by another thread. */
	sched_start(copy);
	return pid;
}

static sysret_t copy_memory(struct thread *thread)
{
	struct space *from = thread->space;
	sysret_t result = -EINTR;

	if (!signal_fatal_pending(thread))
		result = space_fork_chunk(from, thread->cont.fork.child->space,
					  &thread->cont.fork.cursor);
	if (result == SYS_AGAIN)
		return go_on_with(thread, SYS_AGAIN, copy_memory);
	claim_release(&from->claim, thread);
	return result ? begin_undo(thread, (int)result) : start_child(thread);
}

static sysret_t claim_memory(struct thread *thread)
{
	struct claim *claim = &thread->space->claim;

	if (signal_fatal_pending(thread)) {
		claim_give_up(claim, thread);
		return begin_undo(thread, -EINTR);
	}
	if (!claim_or_wait(claim, thread))
		return go_on_with(thread, SYS_BLOCKED, claim_memory);
	return copy_memory(thread);
}

sysret_t fork_process(struct thread *thread, const struct fork_call *call)
{
	struct process *process = thread->process;
	struct process *child = process_create();

	if (!child)
		return -ENOMEM;
	thread->cont.fork.call = *call;
	thread->cont.fork.child = child;
	thread->cont.fork.cursor = 0;
	thread->cont.fork.thread = thread_create(child);
	child->fds = fdtable_copy(process->fds);
	child->space = space_create();
	strscpy(child->name, process->name, sizeof(child->name));
	if (!thread->cont.fork.thread || !child->fds || !child->space)
		return begin_undo(thread, -ENOMEM);
	return claim_memory(thread);
}
