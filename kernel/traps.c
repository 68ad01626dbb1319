/*
 * Traps that find the CPU in ring 0: a user copy's page fault, interrupts while it idles, an IRET
 * that was refused, NMIs, and what cannot be.
 */
#include "arch/x86_64/cpu.h"
#include "arch/x86_64/cr.h"
#include "arch/x86_64/entry.h"
#include "arch/x86_64/extable.h"
#include "arch/x86_64/smp_start.h"
#include "arch/x86_64/vectors.h"
#include "core/backtrace.h"
#include "core/panic.h"
#include "core/trace.h"
#include "core/trapinfo.h"
#include "irq.h"
#include "proc/trap_signal.h"
#include "proc/usercopy_state.h"
#include "proc/watchdog.h"
#include "thread_work.h"

/* A user copy met a page that is not there: get it, if that needs no waiting. */
static bool resolve_for_kernel(const struct trapframe *tf, uint64_t va)
{
	struct thread *thread = this_cpu()->current;
	enum fault_result result;

	thread->faults++;
	thread->fault.va = va;
	result = space_fault(thread->space, va, fault_access(tf->error));
	if (result == FAULT_NO_MEMORY)
		thread_fault_later(thread, fault_access(tf->error));
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

static __noreturn void refuse_interrupt(const struct trapframe *tf)
{
	uint32_t id = this_cpu()->id;

	if (!smp_may_interrupt(id))
		panic_trap(tf, 0, "interrupt %lu on CPU %u, which is not online yet", tf->vector,
			   id);
	panic_trap(tf, 0, "interrupt %lu in ring 0 with interrupts off", tf->vector);
}

enum trap_outcome trap_from_kernel(struct trapframe *tf)
{
	uintptr_t fixup;

	trace_entry(tf);
	if (tf->vector >= VECTOR_EXCEPTIONS) {
		/* Idle and the window are the only places, and both stand at the slot. */
		if (tf->rsp != (uint64_t)frame_slot())
			refuse_interrupt(tf);
		irq_handle(tf->vector, NULL);
		return TRAP_TO_EXIT;
	}
	if (tf->rip == (uint64_t)leave_iretq)
		return iret_refused(tf);
	/* User copies check that the addresses are user mode's: any other fault there is our bug.
	 */
	fixup = extable_find(tf->rip, tf->vector);
	if (!fixup || (tf->vector == VECTOR_PF && read_cr2() >= USER_END))
		fatal_trap(tf);
	if (tf->vector != VECTOR_PF || !resolve_for_kernel(tf, read_cr2()))
		tf->rip = fixup;
	return TRAP_RESUME;
}

/* --- on stacks of their own --- */

/*
 * A second trap of the kind would start at the top of the same stack: over the frame that the first
 * one has to return by. Where RSP was does not tell: in the entry page and at SYSRET it is ring
 * 3's.
 */
static void enter_own_stack(const struct trapframe *tf)
{
	struct cpu *cpu = this_cpu();

	if (unlikely(cpu->on_ist & 1U << tf->vector))
		panic_trap(tf, 0, "%s within its own handler, whose frame is lost",
			   trap_name(tf->vector));
	cpu->on_ist |= 1U << tf->vector;
}

static void leave_own_stack(const struct trapframe *tf)
{
	this_cpu()->on_ist &= ~(1U << tf->vector);
}

/*
 * A debug register cannot name kernel memory, so ring 3 set this up (CVE-2018-8897). With the
 * breakpoints off first, nothing that is done here can hit one.
 */
static void debug_in_kernel(void)
{
#ifdef MUTANT_breakpoints_on
	this_cpu()->debugs++;
#endif
	write_dr7(0);
	this_cpu()->debugs++;
}

/* #DF, #MC and #DB in ring 0. */
void trap_ist(struct trapframe *tf)
{
	enter_own_stack(tf);
	if (tf->vector != VECTOR_DB)
		fatal_trap(tf);
	debug_in_kernel();
	leave_own_stack(tf);
}

/* May have hit anything: takes no lock, touches nothing that could fault. */
void trap_nmi(struct trapframe *tf)
{
	enter_own_stack(tf);
#ifdef MUTANT_nmi_iret
	__asm__ volatile("mov %%rsp, %%rax\n\tpushq %0\n\tpushq %%rax\n\tpushfq\n\tpushq %1\n\t"
			 "leaq 1f(%%rip), %%rax\n\tpushq %%rax\n\tiretq\n1:"
			 :
			 : "i"(SEL_KERNEL_DATA), "i"(SEL_KERNEL_CODE)
			 : "rax", "memory");
#endif
	this_cpu()->nmis++;
	if (panic_elsewhere())
		panic_stop_here(tf);
	if (!panic_active())
		watchdog_nmi(tf);
	leave_own_stack(tf);
}

void trap_entry32(void)
{
	panic("SYSCALL from 32-bit code, which no segment allows");
}
