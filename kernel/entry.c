/*
 * Every entry into the kernel, seen from C, and the one exit (docs/entry-exit.md).
 *
 * The assembly in arch/x86_64/entry.S builds the frame in the frame slot and calls one of the
 * functions here. Each does what the entry is about and ends in exit_loop(), which decides what the
 * CPU does next. The stack is empty again at every exit: nothing is kept on it.
 */
#include "arch/x86_64/entry.h"

#include "arch/x86_64/cpu.h"
#include "arch/x86_64/cr.h"
#include "arch/x86_64/descriptors.h"
#include "arch/x86_64/extable.h"
#include "arch/x86_64/vectors.h"
#include "core/backtrace.h"
#include "core/lock.h"
#include "core/log.h"
#include "core/panic.h"
#include "core/standstill.h"
#include "core/trace.h"
#include "core/trapinfo.h"
#include "entry_log.h"
#include "irq.h"
#include "memory_task.h"
#include "mm/cr3.h"
#include "mm/drain.h"
#include "proc/boundary.h"
#include "proc/large_fault.h"
#include "proc/sched.h"
#include "proc/signal.h"
#include "proc/trap_signal.h"
#include "proc/usercopy_state.h"
#include "sys/syscall.h"
#include "tasks.h"
#include "watchdog.h"

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
		sched_park(thread, tf);
	} else if (cpu->work & CPU_WORK_RESCHED) {
		cpu->work &= ~CPU_WORK_RESCHED;
		if (sched_should_leave(thread))
			sched_requeue(thread, tf);
		else
			sched_renew_slice();
	}
}

/* A call or continuation has ended with `result`: put it where the thread finds it. */
static void note_result(struct thread *thread, struct trapframe *tf, sysret_t result)
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

/* The call met a page that cannot be had at once: the exit loop gets it, then the call restarts. */
static void restart_after_fault(struct thread *thread)
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
		restart_after_fault(thread);
		return true;
	}
	if (result == SYS_AGAIN)
		boundary_passed(thread);
	if (result == SYS_AGAIN || result == SYS_BLOCKED)
		return result == SYS_AGAIN;
	thread->cont.run = NULL;
	thread_clear_work(thread, THREAD_WORK_CONT);
	note_result(thread, tf, result);
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

/* One thing that the thread has to do before ring 3. True: take pending interrupts, then go on. */
static bool do_thread_work(struct thread *thread, struct trapframe *tf)
{
	uint32_t work = __atomic_load_n(&thread->work, __ATOMIC_ACQUIRE);

	if ((work & THREAD_WORK_KILL) && (work & THREAD_WORK_CONT) &&
	    thread->cont.class != CONT_NONE) {
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
			if (do_thread_work(thread, tf))
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
		if (thread->work && do_thread_work(thread, tf))
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
		restart_after_fault(thread);
	else
		note_result(thread, tf, result);
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

static unsigned access_of(const struct trapframe *tf)
{
	return (unsigned)tf->error & (ACCESS_WRITE | ACCESS_EXEC);
}

/* Wait, in the exit loop, until there is memory for the page. */
static void fault_later(struct thread *thread, unsigned access)
{
	thread->fault.access = access;
	thread_set_work(thread, THREAD_WORK_FAULT);
}

static __noinline void fault_refused(struct thread *thread, struct trapframe *tf,
				     enum fault_result result)
{
	if (result == FAULT_NO_MEMORY || result == FAULT_LARGE)
		fault_later(thread, access_of(tf) | ACCESS_LARGE);
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
		result = space_fault(thread->space, thread->fault.va, access_of(tf) | ACCESS_LARGE);
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

/* A user copy met a page that is not there: get it, if that needs no waiting. */
static bool resolve_for_kernel(const struct trapframe *tf, uint64_t va)
{
	struct thread *thread = this_cpu()->current;
	enum fault_result result;

	thread->faults++;
	thread->fault.va = va;
	result = space_fault(thread->space, va, access_of(tf));
	if (result == FAULT_NO_MEMORY)
		fault_later(thread, access_of(tf));
	*PERCPU(usercopy_must_wait) = result == FAULT_NO_MEMORY;
	return result == FAULT_OK;
}

/*
 * IRET refused the frame that it was to load. The registers are the user's already, so they are in
 * this trap's frame, which lies over the lower part of the slot.
 */
static enum trap_outcome iret_refused(const struct trapframe *tf)
{
	struct trapframe *slot = frame_slot();
	struct trapframe user = *tf;

	user.rip = slot->rip;
	user.cs = slot->cs;
	user.rflags = slot->rflags;
	user.rsp = slot->rsp;
	user.ss = slot->ss;
	user.vector = VECTOR_GP;
	*slot = user;
	signal_for_trap(this_cpu()->current, slot);
	return TRAP_TO_EXIT;
}

static __noreturn void fatal_trap(const struct trapframe *tf)
{
	uint64_t cr2 = read_cr2();
	/* A double fault is a page fault that could not be told: CR2 still names the guard. */
	const char *where = stack_name(cr2);

	if (where[0] == 'g' && (tf->vector == VECTOR_PF || tf->vector == VECTOR_DF))
		panic_trap(tf, cr2, "kernel stack overflow on CPU %u: %s stack", this_cpu()->id,
			   where);
	panic_trap(tf, cr2, "%s in ring 0", trap_name(tf->vector));
}

enum trap_outcome trap_from_kernel(struct trapframe *tf)
{
	uintptr_t fixup;

	trace_entry(tf);
	if (tf->vector >= VECTOR_EXCEPTIONS) {
		/* Idle and the window are the only places, and both stand at the slot. */
		if (tf->rsp != (uint64_t)frame_slot())
			panic_trap(tf, 0, "interrupt %lu in ring 0 with interrupts off",
				   tf->vector);
		irq_handle(tf->vector, NULL);
		return TRAP_TO_EXIT;
	}
	if (tf->rip == (uint64_t)leave_iretq)
		return iret_refused(tf);
	/* User copies check that the addresses are user mode's: any other fault there is our bug.
	 */
	fixup = extable_find(tf->rip);
	if (!fixup || tf->vector != VECTOR_PF || read_cr2() >= USER_END)
		fatal_trap(tf);
	if (!resolve_for_kernel(tf, read_cr2()))
		tf->rip = fixup;
	return TRAP_RESUME;
}

/* #DF, #MC and #DB in ring 0, on their own stacks. */
void trap_ist(struct trapframe *tf)
{
	if (tf->vector == VECTOR_DB) {
		/* A debug register cannot name kernel memory, so ring 3 set this up
		 * (CVE-2018-8897). */
		write_dr7(0);
		return;
	}
	fatal_trap(tf);
}

/* May have hit anything: takes no lock, touches nothing that could fault. */
void trap_nmi(struct trapframe *tf)
{
	this_cpu()->nmis++;
	if (panic_active())
		panic_stop_here(tf);
	watchdog_nmi(tf);
}

void trap_entry32(void)
{
	panic("SYSCALL from 32-bit code, which no segment allows");
}
