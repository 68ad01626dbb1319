/*
 * The multiboot2 header (MB2 3.1), which GRUB looks for in the first 32 KiB of the file. A
 * framebuffer of any size and depth is welcome, and not required: the menu entry says which.
 */
#define MB2_MAGIC           0xe85250d6
#define MB2_ARCH_I386       0
#define MB2_TAG_END         0
#define MB2_TAG_ENTRY       3
#define MB2_TAG_FRAMEBUFFER 5
#define MB2_TAG_MODALIGN    6
#define MB2_OPTIONAL        1

	.section .boot.header, "a"
	.balign 8
header:
	.long MB2_MAGIC
	.long MB2_ARCH_I386
	.long header_end - header
	.long -(MB2_MAGIC + MB2_ARCH_I386 + (header_end - header))

	/* Entry address: the ELF entry field is ambiguous where virtual and physical differ. */
	.balign 8
	.short MB2_TAG_ENTRY, 0
	.long 12
	.long boot_entry

	/* Width, height and depth: no preference (MB2 3.1.10). */
	.balign 8
	.short MB2_TAG_FRAMEBUFFER, MB2_OPTIONAL
	.long 20
	.long 0, 0, 0

	.balign 8
	.short MB2_TAG_MODALIGN, 0
	.long 8

	.balign 8
	.short MB2_TAG_END, 0
	.long 8
header_end:
