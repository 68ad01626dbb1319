/*
 * The end of a boot that cannot go on, before there is a kernel to tell of it: the reason goes to
 * COM1 and to the VGA text screen in 32-bit code without paging, and the machine halts.
 */
#define COM1          0x3f8
#define UART_DIVISOR  1 /* 115200 baud */
#define UART_LCR_DLAB 0x80
#define UART_LCR_8N1  0x03
#define UART_LSR_THRE 0x20
#define UART_PATIENCE 100000 /* reads of LSR before an absent port is given up */
#define VGA_TEXT      0xb8000
#define VGA_WHITE_ON_RED 0x4f

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

	mov $VGA_TEXT, %edi
	push %esi
	mov $msg_prefix, %esi
	call say
	pop %esi
	call say
	mov $msg_end, %esi
	call say
1:	cli
	hlt
	jmp 1b

/* The string at %esi to COM1 and to the VGA text cell at %edi, which moves on. */
say:
	lodsb
	test %al, %al
	jz 3f
	mov $VGA_WHITE_ON_RED, %ah
	cmp $32, %al
	jb 1f
	stosw
1:	mov %al, %bl
	mov $UART_PATIENCE, %ecx
	mov $(COM1 + 5), %dx
2:	in %dx, %al
	test $UART_LSR_THRE, %al
	loopz 2b
	mov $COM1, %dx
	mov %bl, %al
	out %al, %dx
	jmp say
3:	ret

	.section .boot.data, "aw"
msg_prefix:
	.asciz "Stoa cannot boot: "
msg_end:
	.asciz ".\r\n"
