/*
 * Every entry into the kernel from ring 3, seen from C, and the one exit (docs/entry-exit.md).
 *
 * The assembly in arch/x86_64/entry.S builds the frame in the frame slot and calls one of the
 * functions here. Each does what the entry is about and ends in exit_loop(), which decides what the
 * CPU does next. The stack is empty again at every exit: nothing is kept on it.
 */
#include "arch/x86_64/entry.h"

#include "arch/x86_64/cpu.h"
#include "arch/x86_64/cr.h"
#include "arch/x86_64/descriptors.h"
#include "arch/x86_64/vectors.h"
#include "core/lock.h"
#include "core/panic.h"
#include "core/standstill.h"
#include "core/trace.h"
#include "entry_log.h"
#include "irq.h"
#include "memory_task.h"
#include "mm/cr3.h"
#include "mm/drain.h"
#include "proc/boundary.h"
#include "proc/sched.h"
#include "proc/trap_signal.h"
#include "proc/watchdog.h"
#include "sys/syscall.h"
#include "tasks.h"
#include "thread_work.h"

#define PF_USER 0x04 /* in a page fault's error code: the access was ring 3's (SDM 3A 4.7) */

/* --- the exit --- */

/* SYSRET needs RCX = RIP and R11 = RFLAGS, a canonical RIP, and no trap on the way (SDM 2B). */
static inline enum exit_kind way_to_user(const struct trapframe *tf)
{
	if (likely(tf->vector == VECTOR_SYSCALL && tf->rip < USER_END &&
		   !(tf->rflags & (RFLAGS_RF | RFLAGS_TF))))
		return EXIT_SYSRET;
	return EXIT_IRET;
}

/* Not as it must be at the exit: one of these checks panics and names it. */
static __noreturn __noinline void exit_check_failed(void)
{
	locks_assert_none();
	rsp0_assert();
	panic("a check at the exit failed only once");
}

/* Not NULL: a lock is held that must not be. */
static inline const struct lock *lock_left(const struct cpu *cpu)
{
	return cpu->held;
}

static inline void check_rsp0(const struct cpu *cpu)
{
	if (unlikely(*cpu->rsp0 != (uint64_t)cpu + WINDOW_STACK_TOP))
		exit_check_failed();
}

/* What holds whenever the kernel is left. */
static inline void check_exit(const struct cpu *cpu)
{
	if (unlikely(lock_left(cpu)))
		exit_check_failed();
	check_rsp0(cpu);
}

static __noreturn __noinline void frame_check_failed(const struct thread *thread,
						     const struct trapframe *tf)
{
	panic("frame of thread %ld is no user frame: cs %lx, ss %lx, rip %lx", thread->tid, tf->cs,
	      tf->ss, tf->rip);
}

static inline void check_user_frame(const struct thread *thread, const struct trapframe *tf)
{
	if (unlikely(tf->cs != SEL_USER_CODE || tf->ss != SEL_USER_DATA))
		frame_check_failed(thread, tf);
}

/*
 * Has the entry left something that the exit loop must see to before ring 3? A lock that is still
 * held is such a thing: the loop's check names it.
 */
static inline bool must_stay(const struct cpu *cpu)
{
	return cpu->current->work | cpu->work | (uintptr_t)lock_left(cpu);
}

/* To ring 3, with the thread's FPU, selectors and bases in the CPU. */
static enum exit_kind leave_to_user(struct cpu *cpu, struct thread *thread, struct trapframe *tf)
{
	check_exit(cpu);
	check_user_frame(thread, tf);
	if (cpu->work & CPU_WORK_LOAD) {
		thread_load_state(thread);
		cpu->work &= ~CPU_WORK_LOAD;
	}
	if (unlikely(!cpu->entered_user))
		entry_log_expect(cpu, tf);
	return way_to_user(tf);
}

#define CPU_WORK_UNLOCKED                                                                   \
	(CPU_WORK_LOG | CPU_WORK_ONLINE | CPU_WORK_FIRST | CPU_WORK_REAP | CPU_WORK_DRAIN | \
	 CPU_WORK_MEMORY | CPU_WORK_STAND | CPU_WORK_WATCH)

/* Work that locked code and interrupt handlers left for a moment without locks. */
static void do_cpu_work(struct cpu *cpu)
{
	uint32_t work = cpu->work;

	cpu->work &= ~CPU_WORK_UNLOCKED;
	if (work & CPU_WORK_FIRST)
		entry_log_tell(cpu);
	if (work & CPU_WORK_LOG)
		log_task_wake();
	if (work & CPU_WORK_ONLINE)
		memory_task_wake();
	if (work & CPU_WORK_REAP)
		reap_task_wake();
	if (work & CPU_WORK_STAND)
		standstill_serve();
	if (work & CPU_WORK_WATCH)
		watchdog_look();
	if (work & CPU_WORK_DRAIN)
		drain_this_cpu();
	if ((work & CPU_WORK_MEMORY) && cpu->current)
		thread_set_work(cpu->current, THREAD_WORK_MEMORY);
}

/* The current thread leaves the CPU if it waits, is dead, or another's turn has come. */
static void part_with_current(struct cpu *cpu, struct thread *thread, struct trapframe *tf)
{
	uint32_t state = __atomic_load_n(&thread->state, __ATOMIC_RELAXED);

	if (state == THREAD_DEAD) {
		sched_drop(thread);
		thread_free(thread);
	} else if (state != THREAD_RUNNING) {
		/* Killed before it was WAITING: nothing wakes it again. */
		if (thread_is_killed(thread))
			thread_cancel_wait(thread);
		else
			sched_park(thread, tf);
	} else if (cpu->work & CPU_WORK_RESCHED) {
		cpu->work &= ~CPU_WORK_RESCHED;
		if (sched_should_leave(thread))
			sched_requeue(thread, tf);
		else
			sched_renew_slice();
	}
}

/* A kernel task did a chunk: if more is to do, others get their turn first. */
static void turn_of_task(struct cpu *cpu, struct thread *task)
{
	if (task->cont.run(task) == SYS_AGAIN)
		cpu->work |= CPU_WORK_RESCHED;
}

enum exit_kind exit_loop(struct trapframe *tf)
{
	struct cpu *cpu = this_cpu();

	for (;;) {
		struct thread *thread;

		check_exit(cpu);
		cpu->turns++;
		if (cpu->work & CPU_WORK_UNLOCKED)
			do_cpu_work(cpu);
		if (cpu->current)
			part_with_current(cpu, cpu->current, tf);
		thread = cpu->current ? cpu->current : sched_pick(tf);
		if (!thread) {
			cpu->idle = true;
			space_switch(NULL);
			return EXIT_IDLE;
		}
		if (unlikely(cpu->idle)) {
			cpu->idle = false;
			watchdog_left_idle();
		}
#ifdef MUTANT_late_switch
		if (thread->work && thread->process) {
			if (thread_do_work(thread, tf))
				return EXIT_WINDOW;
			continue;
		}
#endif
		space_switch(thread->space);
		if (!thread->process) {
			turn_of_task(cpu, thread);
			return EXIT_WINDOW;
		}
		if (!thread->work && !(cpu->work & ~CPU_WORK_LOAD))
			return leave_to_user(cpu, thread, tf);
		if (thread->work && thread_do_work(thread, tf))
			return EXIT_WINDOW;
	}
}

/* --- the entries --- */

/* A call without a result yet, or whose thread is gone: all that is not the short way. */
static __noinline enum exit_kind call_goes_on(struct thread *thread, struct trapframe *tf,
					      sysret_t result)
{
	if (result == SYS_AGAIN) {
		boundary_passed(thread);
		return EXIT_WINDOW; /* that was a chunk of long work */
	}
	if (result == SYS_FAULT_WAIT)
		thread_restart_call(thread);
	else
		thread_note_result(thread, tf, result);
	return exit_loop(tf);
}

/*
 * The short ways through the kernel are the next two functions. What they need behind their call is
 * found anew from the stack pointer, which is shorter than to keep it across the call.
 */
enum exit_kind syscall_from_user(struct trapframe *frame)
{
	struct cpu *cpu = this_cpu();
	struct trapframe *tf;
	sysret_t result;

	trace_entry(frame);
	cpu->current->calls++;
	result = syscall_dispatch(frame);
	tf = frame_slot();
	if (unlikely(!sysret_is_result(result)))
		return call_goes_on(cpu->current, tf, result);
	tf->rax = (uint64_t)result;
	if (unlikely(must_stay(cpu)))
		return exit_loop(tf);
	check_rsp0(cpu);
	return way_to_user(tf);
}

static __noinline void fault_refused(struct thread *thread, struct trapframe *tf,
				     enum fault_result result)
{
	if (result == FAULT_NO_MEMORY || result == FAULT_LARGE)
		thread_fault_later(thread, fault_access(tf->error) | ACCESS_LARGE);
	else
		signal_for_page_fault(thread, tf, thread->fault.va, result);
}

/*
 * A fault in ring 3 without the user bit is the CPU's own access, to a descriptor (SDM 3A 4.7), or
 * QEMU's to the stack of a far return. No page that could be had would help.
 */
static inline void page_fault_from_user(struct thread *thread, const struct trapframe *tf)
{
	enum fault_result result = FAULT_ACCESS;

	thread->faults++;
	thread->fault.va = read_cr2();
	if (likely(tf->error & PF_USER))
		result = space_fault(thread->space, thread->fault.va,
				     fault_access(tf->error) | ACCESS_LARGE);
	if (unlikely(result != FAULT_OK))
		fault_refused(current_thread(), frame_slot(), result);
}

static __noinline void other_trap_from_user(struct thread *thread, struct trapframe *tf)
{
	if (tf->vector >= VECTOR_EXCEPTIONS)
		irq_handle(tf->vector, thread);
	else if (tf->vector == VECTOR_MC)
		panic_trap(tf, 0, "machine check in ring 3");
	else
		signal_for_trap(thread, tf);
}

enum exit_kind trap_from_user(struct trapframe *frame)
{
	struct cpu *cpu = this_cpu();
	struct trapframe *tf;

	trace_entry(frame);
	if (likely(frame->vector == VECTOR_PF))
		page_fault_from_user(cpu->current, frame);
	else
		other_trap_from_user(cpu->current, frame);
	tf = frame_slot();
	if (unlikely(must_stay(cpu)))
		return exit_loop(tf);
	check_rsp0(cpu);
	check_user_frame(cpu->current, tf);
	return EXIT_IRET;
}
