#include "thread_work.h"

#include "arch/x86_64/cpu.h"
#include "arch/x86_64/vectors.h"
#include "memory_task.h"
#include "proc/boundary.h"
#include "proc/large_fault.h"
#include "proc/signal.h"
#include "proc/trap_signal.h"
#include "sys/syscall.h"

void thread_fault_later(struct thread *thread, unsigned access)
{
	thread->fault.access = access;
	thread_set_work(thread, THREAD_WORK_FAULT);
}

void thread_note_result(struct thread *thread, struct trapframe *tf, sysret_t result)
{
	if (sysret_is_result(result))
		tf->rax = (uint64_t)result;
	else if (result == SYS_DIED)
		__atomic_store_n(&thread->state, THREAD_DEAD, __ATOMIC_RELAXED);
}

static sysret_t call_again(struct thread *thread)
{
	(void)thread;
	return syscall_dispatch(frame_slot());
}

void thread_restart_call(struct thread *thread)
{
	thread_continue(thread, SYS_AGAIN, call_again, NULL, CONT_KILLABLE);
}

static void abort_continuation(struct thread *thread)
{
	if (thread->cont.abort)
		thread->cont.abort(thread);
	thread->cont.run = NULL;
	thread_clear_work(thread, THREAD_WORK_CONT);
}

/* Go on with what the thread waited for. True when more chunks are to do. */
static bool run_continuation(struct thread *thread, struct trapframe *tf)
{
	sysret_t (*run)(struct thread *) = thread->cont.run;
	sysret_t result = run(thread);

	if (result == SYS_FAULT_WAIT) {
		thread_restart_call(thread);
		return true;
	}
	if (result == SYS_AGAIN)
		boundary_passed(thread);
	if (result == SYS_AGAIN || result == SYS_BLOCKED)
		return result == SYS_AGAIN;
	thread->cont.run = NULL;
	thread_clear_work(thread, THREAD_WORK_CONT);
	thread_note_result(thread, tf, result);
	return false;
}

/*
 * Is there to be memory for what just failed? Not if it was made to fail (CPU_WORK_MEMORY is not
 * set then), nor for who is to end, and might be the one whose end is waited for.
 */
static bool waits_for_memory(struct thread *thread)
{
	if (!(this_cpu()->work & CPU_WORK_MEMORY) || thread->process->exiting)
		return false;
	return memory_wait(thread) != MEMORY_NONE;
}

/*
 * Try again to get the page that a fault could not have at once. True: that was a chunk of long
 * work.
 */
static bool retry_fault(struct thread *thread)
{
	enum fault_result result;

	thread_cancel_wait(thread);
	if (thread->block.head && large_fault_step(thread))
		return true;
	result = space_fault(thread->space, thread->fault.va, thread->fault.access);
	if (result == FAULT_LARGE)
		return large_fault_step(thread);
	if (result == FAULT_NO_MEMORY && waits_for_memory(thread))
		return false;
	memory_found(thread);
	thread_clear_work(thread, THREAD_WORK_FAULT);
	if (result == FAULT_NO_MEMORY)
		signal_out_of_memory(thread);
	return false;
}

/* An allocation failed in the call that has now ended: if the call did too, it is repeated. */
static void look_at_memory(struct thread *thread, const struct trapframe *tf)
{
	thread_clear_work(thread, THREAD_WORK_MEMORY);
	if (tf->vector == VECTOR_SYSCALL && syscall_lacked_memory(tf))
		(void)memory_repeat_call(thread);
	else
		memory_found(thread);
}

bool thread_is_killed(const struct thread *thread)
{
	uint32_t work = __atomic_load_n(&thread->work, __ATOMIC_SEQ_CST);

	return (work & THREAD_WORK_KILL) &&
	       !((work & THREAD_WORK_CONT) && thread->cont.class == CONT_NONE);
}

bool thread_do_work(struct thread *thread, struct trapframe *tf)
{
	uint32_t work = __atomic_load_n(&thread->work, __ATOMIC_ACQUIRE);

	if ((work & THREAD_WORK_CONT) && thread_is_killed(thread)) {
		thread_cancel_wait(thread);
		abort_continuation(thread);
		thread_clear_work(thread, THREAD_WORK_FAULT);
		return false;
	}
	if (work & THREAD_WORK_MOVE) {
		thread_clear_work(thread, THREAD_WORK_MOVE);
		this_cpu()->work |= CPU_WORK_RESCHED;
	} else if (work & THREAD_WORK_FAULT)
		return retry_fault(thread);
	else if (work & THREAD_WORK_CONT)
		return run_continuation(thread, tf);
	else if (work & THREAD_WORK_MEMORY)
		look_at_memory(thread, tf);
	else if (work & (THREAD_WORK_SIGNAL | THREAD_WORK_KILL))
		signal_deliver(thread);
	return false;
}
