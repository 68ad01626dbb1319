/*
 * Whole pages and long runs of words. `rep stosq` and `rep movsq` beat loops of MOV on every CPU of
 * the last ten years, and count one instruction for each eight bytes.
 */
#pragma once

#include "lib/addr.h"

/* Zero the page at `page` (page-aligned, writable). */
static inline void clear_page(void *page)
{
	uint64_t words = PAGE_SIZE / 8;

	__asm__ volatile("rep stosq" : "+D"(page), "+c"(words) : "a"(0UL) : "memory");
}

/* Copy one page; both page-aligned, not the same. */
static inline void copy_page(void *to, const void *from)
{
	uint64_t words = PAGE_SIZE / 8;

	__asm__ volatile("rep movsq" : "+D"(to), "+S"(from), "+c"(words) : : "memory");
}

/* Are the `n` words (at least one) at `a` and at `b` the same? */
static inline bool words_equal(const uint64_t *a, const uint64_t *b, size_t n)
{
	bool equal;

	__asm__ volatile("repe cmpsq" : "+S"(a), "+D"(b), "+c"(n), "=@cce"(equal) : : "memory");
	return equal;
}
