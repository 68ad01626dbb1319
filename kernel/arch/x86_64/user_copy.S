/*
 * The only instructions that touch user memory. Each that can fault has an entry in the exception
 * table; with SMAP they are the only ones that run with AC set (stac_if_smap is patched at boot,
 * see smap.c).
 */

#include "arch/x86_64/extable_entry.h"

/* Kinds of patch sites, shared with smap.c. */
#define SITE_CLAC 0
#define SITE_STAC 1

.macro smap_site kind
	.pushsection .smap_sites, "a"
	.quad 1f
	.quad \kind
	.popsection
1:	.byte 0x0f, 0x1f, 0x00
.endm

	.text
	.global user_copy
/*
 * size_t user_copy(void *dst, const void *src, size_t n): bytes that were not copied. Words first;
 * after a fault the rest goes byte by byte, so that the count is exact.
 */
user_copy:
	smap_site SITE_STAC
	mov %rdx, %rcx
	shr $3, %rcx
words:
	rep movsq
	mov %edx, %ecx
	and $7, %ecx
bytes:
	rep movsb
done:
	smap_site SITE_CLAC
	mov %rcx, %rax
	ret

words_fault:
	and $7, %edx
	lea (%rdx, %rcx, 8), %rcx
	jmp bytes

	may_fault words, words_fault
	may_fault bytes, done

	.global user_store_pair
/* size_t user_store_pair(void *dst, uint64_t first, uint64_t second): 0, or 2 after a fault. */
user_store_pair:
	smap_site SITE_STAC
store_first:
	mov %rsi, (%rdi)
store_second:
	mov %rdx, 8(%rdi)
	smap_site SITE_CLAC
	xor %eax, %eax
	ret

store_fault:
	smap_site SITE_CLAC
	mov $2, %eax
	ret

	may_fault store_first, store_fault
	may_fault store_second, store_fault
