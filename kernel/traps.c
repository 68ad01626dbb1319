/*
 * Traps that find the CPU in ring 0: a user copy's page fault, interrupts while it idles, an IRET
 * that was refused, NMIs, and what cannot be.
 */
#include "arch/x86_64/cpu.h"
#include "arch/x86_64/cr.h"
#include "arch/x86_64/entry.h"
#include "arch/x86_64/extable.h"
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
