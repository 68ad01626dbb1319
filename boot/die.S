/*
 * The end of a boot that cannot go on, before there is a kernel to tell of it, in 32-bit code without
 * paging: the reason goes to COM1, and to the framebuffer, if the loader tells of one below 4 GiB, or
 * else to the VGA text screen; and the machine halts.
 */
#include "arch/x86_64/layout.h"

#define COM1          0x3f8
#define UART_DIVISOR  1 /* 115200 baud */
#define UART_LCR_DLAB 0x80
#define UART_LCR_8N1  0x03
#define UART_LSR_THRE 0x20
#define UART_PATIENCE 100000 /* reads of LSR before an absent port is given up */
#define VGA_TEXT      0xb8000
#define VGA_WHITE_ON_RED 0x4f

#define MB2_BOOT_MAGIC 0x36d76289
#define INFO_MAX       0x100000 /* bytes of the loader's information that are believed */
#define TAG_FRAMEBUFFER 8       /* MB2 3.6.12; and where its fields are: */
#define TAG_SIZE       4
#define FB_ADDRESS     8
#define FB_PITCH       16
#define FB_WIDTH       20
#define FB_HEIGHT      24
#define FB_BPP         28
#define FB_TYPE        29
#define FB_SIZE        32
#define FB_TYPE_RGB    1
#define WIDTH_MIN      640 /* pixels, for the longest reason */
#define FONT_HEIGHT    16

#define PHYS(symbol) (symbol-KERNEL_VIRT_BASE)

	.section .boot.text, "ax"
	.code32
	.global boot_die
/* %esi: why, a string. Does not return. */
boot_die:
	mov $(COM1 + 3), %dx
	mov $UART_LCR_DLAB, %al
	out %al, %dx
	mov $COM1, %dx
	mov $UART_DIVISOR, %al
	out %al, %dx
	inc %dx
	xor %al, %al
	out %al, %dx
	mov $(COM1 + 3), %dx
	mov $UART_LCR_8N1, %al
	out %al, %dx

	push %esi
	call find_framebuffer
	mov $VGA_TEXT, %edi
	mov $msg_prefix, %esi
	call say
	pop %esi
	call say
	mov $msg_end, %esi
	call say
1:	cli
	hlt
	jmp 1b

/* The tag of a framebuffer that can be drawn on, in %ebp; 0: there is none. */
find_framebuffer:
	xor %ebp, %ebp
	cmpl $MB2_BOOT_MAGIC, boot_magic
	jne 4f
	mov boot_info_address, %ebx
	mov (%ebx), %ecx
	cmp $INFO_MAX, %ecx
	ja 4f
	add %ebx, %ecx /* the end of the information */
	add $8, %ebx
1:	lea FB_SIZE(%ebx), %eax
	cmp %ecx, %eax
	ja 4f
	cmpl $TAG_FRAMEBUFFER, (%ebx)
	je 2f
	mov TAG_SIZE(%ebx), %eax
	cmp $8, %eax
	jb 4f
	add $7, %eax
	and $-8, %eax
	add %eax, %ebx
	jnc 1b
	jmp 4f

2:	cmpb $FB_TYPE_RGB, FB_TYPE(%ebx)
	jne 4f
	cmpl $0, FB_ADDRESS + 4(%ebx)
	jne 4f
	cmpl $WIDTH_MIN, FB_WIDTH(%ebx)
	jb 4f
	cmpl $FONT_HEIGHT, FB_HEIGHT(%ebx)
	jb 4f
	movzbl FB_BPP(%ebx), %eax
	add $7, %eax
	shr $3, %eax
	cmp $2, %eax
	jb 4f
	mov %eax, pixel_bytes
	mov FB_ADDRESS(%ebx), %eax
	mov %eax, draw_at
	mov %ebx, %ebp
4:	ret

/* The string at %esi to COM1 and the screen: %ebp is a framebuffer's tag, or %edi a text cell. */
say:
	lodsb
	test %al, %al
	jz 4f
	cmp $32, %al
	jb 2f
	test %ebp, %ebp
	jz 1f
	call draw
	jmp 2f
1:	mov $VGA_WHITE_ON_RED, %ah
	stosw
2:	mov %al, %bl
	mov $UART_PATIENCE, %ecx
	mov $(COM1 + 5), %dx
3:	in %dx, %al
	test $UART_LSR_THRE, %al
	loopz 3b
	mov $COM1, %dx
	mov %bl, %al
	out %al, %dx
	jmp say
4:	ret

/* The character %al at draw_at, which moves on; a pixel of all ones is white in any format. */
draw:
	pusha
	movzbl %al, %eax
	mov $PHYS(font_characters), %esi
	mov PHYS(font_characters_count), %ecx
1:	cmp %ax, (%esi)
	je 2f
	add $4, %esi
	loop 1b
	jmp 5f
2:	movzwl 2(%esi), %esi
	shl $4, %esi /* times FONT_HEIGHT */
	add $PHYS(font_glyphs), %esi
	mov draw_at, %edi
	mov $FONT_HEIGHT, %edx
3:	push %edi
	mov (%esi), %bl
	mov $8, %bh
4:	shl $1, %bl
	sbb %eax, %eax
	mov pixel_bytes, %ecx
	rep stosb
	dec %bh
	jnz 4b
	pop %edi
	add FB_PITCH(%ebp), %edi
	inc %esi
	dec %edx
	jnz 3b
	mov pixel_bytes, %eax
	shl $3, %eax
	add %eax, draw_at
5:	popa
	ret

	.section .boot.data, "aw"
msg_prefix:
	.asciz "Stoa cannot boot: "
msg_end:
	.asciz ".\r\n"

	.section .boot.bss, "aw", @nobits
	.balign 4
draw_at:
	.skip 4
pixel_bytes:
	.skip 4
