/*
 * From GRUB's 32-bit protected mode (MB2 3.3) to kmain() in 64-bit mode, on CPU 0's own stack in
 * its own window: check the machine, build the boot tables, switch, jump. docs/boot.md tells the
 * story in order.
 */
#include "arch/x86_64/layout.h"

#define MB2_BOOT_MAGIC 0x36d76289

#define EFLAGS_ID     0x200000
#define CPUID_EXT_MAX 0x80000000
#define CPUID_EXT     0x80000001
#define CPUID_1_SSE2  26 /* bits of CPUID.1:EDX */
#define CPUID_1_MSR   5
#define CPUID_1_PAE   6
#define CPUID_1_TSC   4
#define CPUID_EXT_NX  20 /* bits of CPUID.80000001H:EDX */
#define CPUID_EXT_LM  29

#define CR0_PE_PG_WP  0x80010001
#define CR4_PAE       0x20
#define MSR_EFER      0xc0000080
#define EFER_LME_NXE  0x900

	.section .boot.text, "ax"
	.code32
	.global boot_entry
boot_entry:
	cli
	cld
	mov $boot_stack_top, %esp
	mov %eax, boot_magic
	mov %ebx, boot_info_address

	mov $msg_magic, %esi
	cmp $MB2_BOOT_MAGIC, %eax
	jne boot_die

	/* CPUID exists when EFLAGS.ID can be changed (SDM 1 20.1.2). */
	mov $msg_cpuid, %esi
	pushf
	pop %eax
	mov %eax, %ecx
	xor $EFLAGS_ID, %eax
	push %eax
	popf
	pushf
	pop %eax
	xor %ecx, %eax
	test $EFLAGS_ID, %eax
	jz boot_die

	mov $1, %eax
	cpuid
	mov $msg_old, %esi
	bt $CPUID_1_TSC, %edx
	jnc boot_die
	bt $CPUID_1_MSR, %edx
	jnc boot_die
	bt $CPUID_1_PAE, %edx
	jnc boot_die
	mov $msg_sse2, %esi
	bt $CPUID_1_SSE2, %edx
	jnc boot_die

	mov $msg_long_mode, %esi
	mov $CPUID_EXT_MAX, %eax
	cpuid
	cmp $CPUID_EXT, %eax
	jb boot_die
	mov $CPUID_EXT, %eax
	cpuid
	bt $CPUID_EXT_LM, %edx
	jnc boot_die
	mov $msg_nx, %esi
	bt $CPUID_EXT_NX, %edx
	jnc boot_die

	rdtsc
	mov %eax, boot_tsc
	mov %edx, boot_tsc + 4

	call boot_build_tables

	mov $CR4_PAE, %eax
	mov %eax, %cr4
	mov $boot_pml4, %eax
	mov %eax, %cr3
	mov $MSR_EFER, %ecx
	rdmsr
	or $EFER_LME_NXE, %eax
	wrmsr
	mov %cr0, %eax
	or $CR0_PE_PG_WP, %eax
	mov %eax, %cr0
	lgdt boot_gdt_pointer
	ljmp $SEL_KERNEL_CODE, $boot_long_mode

	.code64
boot_long_mode:
	mov $SEL_KERNEL_DATA, %eax
	mov %eax, %ss
	xor %eax, %eax
	mov %eax, %ds
	mov %eax, %es
	mov %eax, %fs
	mov %eax, %gs
	movabs $(PERCPU_STACK_REGION_BASE + WINDOW_STACK_TOP), %rsp
	xor %ebp, %ebp
	mov boot_info_address, %edi
	mov boot_tsc, %rsi
	movabs $kmain, %rax
	call *%rax
	ud2

	.section .boot.data, "aw"
	.balign 8
boot_gdt:
	.quad 0
	.quad DESC_KERNEL_CODE /* SEL_KERNEL_CODE */
	.quad DESC_KERNEL_DATA /* SEL_KERNEL_DATA */
boot_gdt_pointer:
	.short boot_gdt_pointer - boot_gdt - 1
	.long boot_gdt

	/* The time stamp of the kernel's first instructions. */
	.balign 8
boot_tsc:
	.quad 0
	.global boot_magic, boot_info_address
boot_magic:
	.long 0
boot_info_address:
	.long 0

msg_magic:
	.asciz "the loader is not multiboot2 (wrong magic)"
msg_cpuid:
	.asciz "this CPU has no CPUID"
msg_old:
	.asciz "this CPU lacks TSC, MSRs or PAE"
msg_sse2:
	.asciz "this CPU has no SSE2"
msg_long_mode:
	.asciz "this CPU has no 64-bit mode (long mode)"
msg_nx:
	.asciz "this CPU has no NX, or firmware has switched it off"

	.section .boot.bss, "aw", @nobits
	.balign 16
	.skip 1024
boot_stack_top:
