/*
 * Every way into ring 0 and the one way out (docs/entry-exit.md).
 *
 * From ring 3 the CPU starts at the top of the main stack (TSS.rsp0, or the SYSCALL stub's own
 * choice), so the frame built here always lies in the frame slot. C code gets it, returns, and the
 * exit loop decides how to leave. Nothing below the slot survives: it holds no state.
 */
#include "arch/x86_64/layout.h"
#include "asm-offsets.h"

/* What exit_loop() returns: enum exit_kind in kernel/arch/x86_64/entry.h. */
#define EXIT_IRET   0
#define EXIT_SYSRET 1
#define EXIT_IDLE   2
#define EXIT_WINDOW 3

/* What trap_from_kernel() returns. */
#define TRAP_RESUME 0

.macro push_regs
	push %rdi
	push %rsi
	push %rdx
	push %rcx
	push %rax
	push %r8
	push %r9
	push %r10
	push %r11
	push %rbx
	push %rbp
	push %r12
	push %r13
	push %r14
	push %r15
.endm

.macro pop_regs
	pop %r15
	pop %r14
	pop %r13
	pop %r12
	pop %rbp
	pop %rbx
	pop %r11
	pop %r10
	pop %r9
	pop %r8
	pop %rax
	pop %rcx
	pop %rdx
	pop %rsi
	pop %rdi
.endm

/* CLAC where the CPU has SMAP: three bytes of NOP until cpu_patch_smap() writes the instruction. */
.macro clac_if_smap
	.pushsection .smap_sites, "a"
	.quad 1f
	.quad 0
	.popsection
1:	.byte 0x0f, 0x1f, 0x00
.endm

/*
 * The entry page: one page of kernel text that is mapped in every CPU's window, so that RIP tells
 * which CPU this is and %rip-relative operands reach its frame slot. LSTAR points here (SDM 3A
 * 5.8.8); IF, TF, DF, AC, NT and RF are cleared by FMASK.
 */
#define MY(offset) (cpu_entry - WINDOW_ENTRY + (offset))(%rip)
#define FRAME_SLOT (WINDOW_STACK_TOP - TF_SIZE)

	.section .text.entry_page, "ax"
	.balign 4096
	.global cpu_entry
cpu_entry:
	mov %rsp, MY(FRAME_SLOT + TF_RSP)
	lea MY(FRAME_SLOT + TF_RSP), %rsp
	movq $SEL_USER_DATA, 8(%rsp)
	push %r11
	push $SEL_USER_CODE
	push %rcx
	push %rax
	push $VECTOR_SYSCALL
	push_regs
	movabs $syscall_entry, %rax
	jmp *%rax

/* CSTAR: the CPU's 32-bit SYSCALL (AMD); no 32-bit code segment exists that could get here. */
	.balign 16
	.global cpu_entry32
cpu_entry32:
	lea MY(WINDOW_STACK_TOP), %rsp
	movabs $entry32_refused, %rax
	jmp *%rax
	.balign 4096

	.text
entry32_refused:
	call trap_entry32

/* Into the exit loop with RSP at the frame slot: from idle, the window, and the boot of a CPU. */
	.global enter_exit_loop
enter_exit_loop:
	mov $-PERCPU_STACK_STRIDE, %rax
	and %rax, %rsp
	add $FRAME_SLOT, %rsp
	mov %rsp, %rdi
	xor %ebp, %ebp
	call exit_loop
	jmp leave

syscall_entry:
	mov %rsp, %rdi
	xor %ebp, %ebp
	call syscall_from_user

/*
 * %eax: an enum exit_kind; RSP at the frame slot. One comparison tells the two ways to ring 3 from
 * each other and from the rest: EXIT_IRET < EXIT_SYSRET < EXIT_IDLE, EXIT_WINDOW.
 */
leave:
	cmp $EXIT_SYSRET, %eax
	jne leave_other
	pop_regs
	mov (TF_RSP - TF_VECTOR)(%rsp), %rsp
	sysretq

leave_other:
	ja idle_or_window
	pop_regs
	add $16, %rsp
	.global leave_iretq
leave_iretq:
	iretq

idle_or_window:
	cmp $EXIT_IDLE, %eax
	jne window
/*
 * The only two places where ring 0 takes interrupts. Neither is returned to: the interrupt resets
 * RSP to the slot and re-enters the exit loop, so a wake-up between sti and hlt is not slept over.
 */
idle:
	sti
	hlt
	cli
	jmp enter_exit_loop

window:
	sti
	nop
	cli
	jmp enter_exit_loop

/* One stub a vector: push a zero where the CPU pushes no error code (SDM 3A 6.13), the vector. */
	.altmacro
	.macro stub vector
	.balign 16
	.if \vector == 8 || (\vector >= 10 && \vector <= 14) || \vector == 17 || \vector == 21 || \
	    \vector == 29 || \vector == 30
	.else
	push $0
	.endif
	push $\vector
	.if \vector == 2
	jmp nmi_entry
	.elseif \vector == 1 || \vector == 8 || \vector == 18
	jmp ist_entry
	.else
	jmp trap_entry
	.endif
	.endm

	.balign 16
	.global trap_stubs
trap_stubs:
	.set vector, 0
	.rept 256
	stub %vector
	.set vector, vector + 1
	.endr
	.noaltmacro

trap_entry:
	push_regs
	cld
	clac_if_smap
	mov %rsp, %rdi
	testb $3, TF_CS(%rsp)
	jz from_kernel
	xor %ebp, %ebp
	call trap_from_user
	jmp leave

from_kernel:
	call trap_from_kernel
	cmp $TRAP_RESUME, %eax
	jne enter_exit_loop
	pop_regs
	add $16, %rsp
	iretq

/*
 * #DB, #DF and #MC come on stacks of their own. From ring 3 the frame is copied to the frame slot
 * and the trap goes on there like any other.
 */
ist_entry:
	push_regs
	cld
	clac_if_smap
	mov %rsp, %rdi
	testb $3, TF_CS(%rsp)
	jnz 1f
	call trap_ist
	pop_regs
	add $16, %rsp
	iretq
1:	mov %rsp, %rsi
	mov $-PERCPU_STACK_STRIDE, %rax
	and %rax, %rsp
	add $FRAME_SLOT, %rsp
	mov %rsp, %rdi
	mov $(TF_SIZE / 8), %ecx
	rep movsq
	mov %rsp, %rdi
	xor %ebp, %ebp
	call trap_from_user
	jmp leave

/*
 * NMI: stays on its stack to the end, since it may have hit anything, and leaves by IRET at once,
 * since NMIs are blocked until then (SDM 3A 6.7.1).
 */
nmi_entry:
	push_regs
	cld
	clac_if_smap
	mov %rsp, %rdi
	call trap_nmi
	pop_regs
	add $16, %rsp
	iretq

/* Storage of CPU 0's window, mapped by the boot tables and again by the master tables. */
	.section .window0, "aw", @nobits
	.balign 4096
	.global window0_cpu, window0_ist, window0_stack, panic_stack
window0_cpu:
	.skip WINDOW_DATA_END
window0_ist:
	.skip 4 * WINDOW_IST_SIZE
window0_stack:
	.skip PERCPU_STACK_SIZE
panic_stack:
	.skip WINDOW_PANIC_SIZE
