/*
 * The contract between entry.S and C. The functions without a definition in this folder are
 * defined in kernel/entry.c and kernel/traps.c: they are the way up from the hardware.
 */
#pragma once

#include "arch/x86_64/trapframe.h"

/* How to leave the kernel; numbers shared with entry.S. */
enum exit_kind {
	EXIT_IRET = 0,	 /* to ring 3, all registers from the frame slot */
	EXIT_SYSRET = 1, /* the same; RCX and R11 of the frame equal RIP and RFLAGS */
	EXIT_IDLE = 2,	 /* nothing to run: halt until an interrupt */
	EXIT_WINDOW = 3, /* work is left: take pending interrupts, then go on */
};

/* What becomes of the code that a ring-0 trap interrupted; numbers shared with entry.S. */
enum trap_outcome {
	TRAP_RESUME = 0,  /* IRET to the (possibly fixed up) frame */
	TRAP_TO_EXIT = 1, /* drop it: RSP to the frame slot, into the exit loop */
};

/* Entries; `tf` is the frame slot, or for the last three the frame on the stack in use. */
enum exit_kind syscall_from_user(struct trapframe *tf);
enum exit_kind trap_from_user(struct trapframe *tf);
enum trap_outcome trap_from_kernel(struct trapframe *tf);
void trap_ist(struct trapframe *tf);
void trap_nmi(struct trapframe *tf);

/* Ring 3 got into the 32-bit SYSCALL entry, which no code segment allows. */
__noreturn void trap_entry32(void);

/* The one exit. */
enum exit_kind exit_loop(struct trapframe *tf);

/* Start the exit loop with an empty stack: how a CPU ends its boot. Assembly. */
__noreturn void enter_exit_loop(void);

/* Leave the current stack for good: call `function` with an empty stack that ends at `top`. */
static inline __noreturn void call_on_stack(uintptr_t top, void (*function)(void))
{
	__asm__ volatile("mov %0, %%rsp\n\txor %%ebp, %%ebp\n\tcall *%1\n\tud2"
			 :
			 : "r"(top), "r"(function)
			 : "memory");
	__builtin_unreachable();
}

/* Assembly. */
extern char cpu_entry[], cpu_entry32[];	  /* the entry page in the kernel image */
extern char leave_iretq[];		  /* the IRET to ring 3, which a forged frame makes fault */
extern char trap_stubs[];		  /* TRAP_STUB_SIZE bytes a vector */
extern char window0_cpu[], window0_ist[]; /* storage of CPU 0's window, ... */
extern char window0_stack[], panic_stack[]; /* ... and of the panic stack of all windows */
#define TRAP_STUB_SIZE 16

/* Load LSTAR, STAR, FMASK and close SYSENTER on this CPU (SDM 3A 5.8.8, SDM 4 IA32_STAR). */
void syscall_entry_init(void);
