/*
 * memcpy, memmove, memset and memcmp (declared in lib/string.h; the compiler calls them too).
 *
 * General registers only, no stack. Up to 32 bytes are moved by overlapping loads and stores, all
 * loads before the first store, so that these paths serve memmove as well; longer runs by
 * `rep movsq` / `rep stosq` with the last (or first) eight bytes done apart, overlapping.
 * DF is clear on entry and exit (System V ABI); memmove sets it in between, which is safe because
 * every entry into the kernel clears it.
 */
#define REPEAT_BYTE 0x0101010101010101 /* times a byte: that byte eight times */

	.text

/* void *memcpy(void *to: rdi, const void *from: rsi, size_t n: rdx) */
	.globl	memcpy
	.type	memcpy, @function
	.p2align 4
memcpy:
	mov	%rdi, %rax
	cmp	$16, %rdx
	ja	.Lcopy_17_up
	cmp	$8, %edx
	jae	.Lcopy_8_16
	cmp	$4, %edx
	jae	.Lcopy_4_7
	test	%edx, %edx
	jz	.Lcopy_none
	/* 1 to 3 bytes: first, middle, last. */
	mov	%edx, %ecx
	shr	$1, %ecx
	movzbl	(%rsi), %r8d
	movzbl	(%rsi, %rcx), %r9d
	movzbl	-1(%rsi, %rdx), %r10d
	mov	%r8b, (%rdi)
	mov	%r9b, (%rdi, %rcx)
	mov	%r10b, -1(%rdi, %rdx)
.Lcopy_none:
	ret
.Lcopy_4_7:
	mov	(%rsi), %r8d
	mov	-4(%rsi, %rdx), %r9d
	mov	%r8d, (%rdi)
	mov	%r9d, -4(%rdi, %rdx)
	ret
.Lcopy_8_16:
	mov	(%rsi), %r8
	mov	-8(%rsi, %rdx), %r9
	mov	%r8, (%rdi)
	mov	%r9, -8(%rdi, %rdx)
	ret
.Lcopy_17_up:
	cmp	$32, %rdx
	ja	.Lcopy_33_up
	mov	(%rsi), %r8
	mov	8(%rsi), %r9
	mov	-16(%rsi, %rdx), %r10
	mov	-8(%rsi, %rdx), %r11
	mov	%r8, (%rdi)
	mov	%r9, 8(%rdi)
	mov	%r10, -16(%rdi, %rdx)
	mov	%r11, -8(%rdi, %rdx)
	ret
.Lcopy_33_up:
	mov	-8(%rsi, %rdx), %r8
	lea	-8(%rdi, %rdx), %r9
	mov	%rdx, %rcx
	shr	$3, %rcx
	rep movsq
	mov	%r8, (%r9)
	ret
	.size	memcpy, . - memcpy

/* void *memmove(void *to: rdi, const void *from: rsi, size_t n: rdx); the ranges may overlap. */
	.globl	memmove
	.type	memmove, @function
	.p2align 4
memmove:
	/* Forward unless `to` lies inside [from, from + n): then to - from < n, unsigned. */
	mov	%rdi, %rcx
	sub	%rsi, %rcx
	cmp	%rdx, %rcx
	jae	memcpy
	cmp	$32, %rdx
	jbe	memcpy
	mov	%rdi, %rax
	mov	(%rsi), %r8
	lea	-8(%rsi, %rdx), %rsi
	lea	-8(%rdi, %rdx), %rdi
	mov	%rdx, %rcx
	shr	$3, %rcx
	std
	rep movsq
	cld
	mov	%r8, (%rax)
	ret
	.size	memmove, . - memmove

/* void *memset(void *to: rdi, int byte: esi, size_t n: rdx) */
	.globl	memset
	.type	memset, @function
	.p2align 4
memset:
	movzbl	%sil, %esi
	mov	$REPEAT_BYTE, %rax
	imul	%rsi, %rax
	cmp	$16, %rdx
	ja	.Lset_17_up
	cmp	$8, %edx
	jae	.Lset_8_16
	cmp	$4, %edx
	jae	.Lset_4_7
	test	%edx, %edx
	jz	.Lset_none
	mov	%edx, %ecx
	shr	$1, %ecx
	mov	%al, (%rdi)
	mov	%al, (%rdi, %rcx)
	mov	%al, -1(%rdi, %rdx)
.Lset_none:
	mov	%rdi, %rax
	ret
.Lset_4_7:
	mov	%eax, (%rdi)
	mov	%eax, -4(%rdi, %rdx)
	mov	%rdi, %rax
	ret
.Lset_8_16:
	mov	%rax, (%rdi)
	mov	%rax, -8(%rdi, %rdx)
	mov	%rdi, %rax
	ret
.Lset_17_up:
	mov	%rdi, %r8
	mov	%rax, -8(%rdi, %rdx)
	mov	%rdx, %rcx
	shr	$3, %rcx
	rep stosq
	mov	%r8, %rax
	ret
	.size	memset, . - memset

/* int memcmp(const void *a: rdi, const void *b: rsi, size_t n: rdx) */
	.globl	memcmp
	.type	memcmp, @function
	.p2align 4
memcmp:
	cmp	$8, %rdx
	jb	.Lcmp_bytes
	/* Eight bytes at a time, then the last eight, which may overlap what was equal already. */
	xor	%ecx, %ecx
	sub	$8, %rdx
.Lcmp_next:
	cmp	%rdx, %rcx
	jae	.Lcmp_last
	mov	(%rdi, %rcx), %r8
	mov	(%rsi, %rcx), %r9
	add	$8, %rcx
	cmp	%r9, %r8
	je	.Lcmp_next
	jmp	.Lcmp_differ
.Lcmp_last:
	mov	(%rdi, %rdx), %r8
	mov	(%rsi, %rdx), %r9
	cmp	%r9, %r8
	je	.Lcmp_equal
.Lcmp_differ:
	/* The lowest address decides: compare as big-endian numbers. */
	bswap	%r8
	bswap	%r9
	cmp	%r9, %r8
	sbb	%eax, %eax
	or	$1, %eax
	ret
.Lcmp_bytes:
	test	%edx, %edx
	jz	.Lcmp_equal
	xor	%ecx, %ecx
.Lcmp_next_byte:
	movzbl	(%rdi, %rcx), %eax
	movzbl	(%rsi, %rcx), %r8d
	sub	%r8d, %eax
	jne	.Lcmp_byte_differs
	inc	%ecx
	cmp	%edx, %ecx
	jb	.Lcmp_next_byte
.Lcmp_equal:
	xor	%eax, %eax
.Lcmp_byte_differs:
	ret
	.size	memcmp, . - memcmp

	.section .note.GNU-stack, "", @progbits
