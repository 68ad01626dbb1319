/*
 * The test loader's multiboot2 header (MB2 3.1) and its first and last instructions: what GRUB hands
 * over goes to load() in loader.c, and what that has prepared to the kernel.
 */
#define MB2_MAGIC     0xe85250d6
#define MB2_ARCH_I386 0
#define TAG_MODALIGN  6

	.section .text.header, "ax"
	.balign 8
header:
	.long MB2_MAGIC, MB2_ARCH_I386, header_end - header
	.long -(MB2_MAGIC + MB2_ARCH_I386 + (header_end - header))
	.balign 8
	.short TAG_MODALIGN, 0
	.long 8
	.balign 8
	.short 0, 0
	.long 8
header_end:

	.text
	.global start
start:
	cli
	cld
	mov $stack_top, %esp
	push %ebx
	call load

/* _Noreturn void enter(uint32_t entry, uint32_t magic, uint32_t info) */
	.global enter
enter:
	mov 4(%esp), %ecx
	mov 8(%esp), %eax
	mov 12(%esp), %ebx
	jmp *%ecx

	.bss
	.balign 16
	.skip 16384
stack_top:
	.section .note.GNU-stack, "", @progbits
