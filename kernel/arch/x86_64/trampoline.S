/*
 * The way of the other CPUs from SIPI to ap_main(). The first part is copied to a page below 1 MiB,
 * where it runs in real mode, protected mode and 64-bit mode; nothing in it depends on the page's
 * address but the four places that smp_start.c fills in. All CPUs run it at the same time: it writes
 * nothing and uses no stack.
 */
#include "arch/x86_64/layout.h"
#include "arch/x86_64/smp_start.h"

#define CR0_PE	    (1 << 0)
#define CR0_WP	    (1 << 16)
#define CR0_NW_CD   (3 << 29) /* INIT leaves the caches off */
#define CR0_PG	    (1 << 31)
#define CR4_PAE	    (1 << 5)
#define MSR_EFER    0xc0000080
#define EFER_LME    (1 << 8)
#define EFER_NXE    (1 << 11)

#define LEAF_TOPOLOGY	 0x0b
#define LEAF_TOPOLOGY_V2 0x1f
#define TOPOLOGY_TYPE	 0xff00 /* of ECX: 0 where the leaf is not valid */

#define SEL_CODE32  0x18
#define DESC_CODE32 0x00cf9b000000ffff /* flat, 32-bit, present, accessed */

/* Offset of a label in the page. */
#define AT(label) (label - trampoline_start)

	.section .rodata.trampoline, "a"
	.balign 16
	.code16
	.globl	trampoline_start
trampoline_start:
	cli
	cld
	mov	%cs, %ax
	mov	%ax, %ds
	xor	%ebx, %ebx
	mov	%ax, %bx
	shl	$4, %ebx		/* the page's address, kept to the end */
	lgdtl	AT(trampoline_gdt_pointer)
	mov	%cr0, %eax
	and	$~CR0_NW_CD, %eax
	or	$CR0_PE, %eax
	mov	%eax, %cr0
	ljmpl	*AT(trampoline_jump32)

	.code32
	.globl	trampoline_code32
trampoline_code32:
	mov	$SEL_KERNEL_DATA, %eax
	mov	%eax, %ds
	mov	%eax, %es
	mov	%eax, %ss
	mov	$CR4_PAE, %eax
	mov	%eax, %cr4
	mov	AT(trampoline_pml4)(%ebx), %eax
	mov	%eax, %cr3
	mov	$MSR_EFER, %ecx
	rdmsr
	or	$(EFER_LME | EFER_NXE), %eax
	wrmsr
	mov	%cr0, %eax
	or	$(CR0_PG | CR0_WP), %eax
	mov	%eax, %cr0
	ljmp	*AT(trampoline_jump64)(%ebx)

	.code64
	.globl	trampoline_code64
trampoline_code64:
	mov	AT(trampoline_entry)(%rbx), %rax
	jmp	*%rax

/* Where a CPU that nobody expects (any more) stays, with the first tables. */
trampoline_halt:
	cli
	hlt
	jmp	trampoline_halt

	.balign 8
	.globl	trampoline_gdt
trampoline_gdt:
	.quad	0
	.quad	DESC_KERNEL_CODE	/* SEL_KERNEL_CODE */
	.quad	DESC_KERNEL_DATA	/* SEL_KERNEL_DATA */
	.quad	DESC_CODE32		/* SEL_CODE32 */
trampoline_gdt_pointer:
	.short	trampoline_gdt_pointer - trampoline_gdt - 1
	.globl	trampoline_gdt_base
trampoline_gdt_base:
	.long	0
	.globl	trampoline_jump32
trampoline_jump32:
	.long	0
	.short	SEL_CODE32
	.globl	trampoline_jump64
trampoline_jump64:
	.long	0
	.short	SEL_KERNEL_CODE
	.balign 8
	.globl	trampoline_pml4
trampoline_pml4:
	.long	0
	.balign 8
trampoline_entry:
	.quad	ap_entry64
	.globl	trampoline_end
trampoline_end:

/*
 * In the kernel image, 64-bit mode, still with the first tables and without a stack: find out which
 * CPU this is, claim its slot, go to its window.
 */
	.text
	.globl	ap_entry64
	.type	ap_entry64, @function
ap_entry64:
	mov	%rbx, %r15		/* CPUID takes RBX */
	xor	%eax, %eax
	mov	%eax, %ds
	mov	%eax, %es
	mov	%eax, %fs
	mov	%eax, %gs

	/* The APIC ID into %r14d, in the way of cpuid_apic_id(). */
	cpuid
	mov	%eax, %r13d
	mov	$LEAF_TOPOLOGY_V2, %r12d
1:	cmp	%r12d, %r13d
	jb	2f
	mov	%r12d, %eax
	xor	%ecx, %ecx
	cpuid
	mov	%edx, %r14d
	test	%ebx, %ebx
	jz	2f
	test	$TOPOLOGY_TYPE, %ecx
	jnz	3f
2:	cmp	$LEAF_TOPOLOGY, %r12d
	mov	$LEAF_TOPOLOGY, %r12d
	jne	1b
	mov	$1, %eax
	cpuid
	shr	$24, %ebx
	mov	%ebx, %r14d

	/* The slot: index in %edi, address in %rsi. */
#ifdef MUTANT_apic_id_index
3:	mov	%r14d, %edi
	imul	$AP_SLOT_SIZE, %rdi, %rsi
	lea	ap_slots(%rip), %rax
	add	%rax, %rsi
	jmp	6f
#endif
3:	xor	%edi, %edi
	lea	ap_slots(%rip), %rsi
4:	inc	%edi
	add	$AP_SLOT_SIZE, %rsi
	cmp	ap_slot_count(%rip), %edi
	jae	ap_stay
	cmp	%r14d, AP_SLOT_APIC_ID(%rsi)
	jne	4b

#ifdef DEBUG
	cmp	ap_delayed_id(%rip), %edi
	jne	6f
5:	pause
	cmpl	$AP_WAITING, AP_SLOT_STAGE(%rsi)
	je	5b
#endif
6:
	/* Pairs with give_up_missing(): one of the two takes the slot out of AP_WAITING. */
	mov	$AP_WAITING, %eax
	mov	$AP_CLAIMED, %ecx
	lock cmpxchg %ecx, AP_SLOT_STAGE(%rsi)
#ifndef MUTANT_late_ap
	jne	ap_stay
#endif

	mov	ap_master_cr3(%rip), %rax
	mov	%rax, %cr3
	mov	%edi, %eax
	imul	$PERCPU_STACK_STRIDE, %rax
	movabs	$(PERCPU_STACK_REGION_BASE + WINDOW_STACK_TOP), %rsp
	add	%rax, %rsp
	xor	%ebp, %ebp
	call	ap_main
	ud2

ap_stay:
	lea	AT(trampoline_halt)(%r15), %rax
	jmp	*%rax
	.size	ap_entry64, . - ap_entry64

	.section .note.GNU-stack, "", @progbits
