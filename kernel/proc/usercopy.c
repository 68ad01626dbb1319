#include "proc/usercopy.h"

#include "abi/errno.h"
#include "arch/x86_64/cr.h"
#include "arch/x86_64/extable.h"
#include "lib/string.h"
#include "lib/upcall.h"
#include "proc/thread.h"
#include "proc/usercopy_state.h"

#define STRING_PIECE 128UL

DEFINE_PERCPU(bool, usercopy_must_wait);

/* Does [address, address + n) lie in the user half? */
static inline bool in_user_half(uaddr_t address, size_t n)
{
	return n <= USER_END && address.raw <= USER_END - n;
}

static __noreturn __noinline void refuse_context(void)
{
	locks_assert_none();
	panic("user copy under another process's CR3");
}

/* In CR3 are the table's address and, below it, what does not count here (SDM 3A 4.5). */
static inline void check_context(void)
{
	const struct cpu *cpu = this_cpu();
	uint64_t difference = read_cr3() ^ cpu->current->space->root.raw;

	if (unlikely(cpu->held || difference >> PAGE_SHIFT))
		refuse_context();
}

/* Why the copy that has just failed did: the page fault handler knows. */
static __noinline sysret_t fault_error(void)
{
	return *PERCPU(usercopy_must_wait) ? SYS_FAULT_WAIT : -EFAULT;
}

sysret_t copy_from_user(void *dst, uaddr_t src, size_t n)
{
	sysret_t error;

	copy_from_user_partly(dst, src, n, &error);
	return error;
}

size_t copy_from_user_partly(void *dst, uaddr_t src, size_t n, sysret_t *error)
{
	size_t left;

	*error = -EFAULT;
	if (unlikely(!in_user_half(src, n)))
		return 0;
	check_context();
	left = user_copy(dst, (const void *)src.raw, n);
	*error = left ? fault_error() : 0;
	return n - left;
}

sysret_t copy_to_user(uaddr_t dst, const void *src, size_t n)
{
	if (unlikely(!in_user_half(dst, n)))
		return -EFAULT;
	check_context();
	return likely(user_copy((void *)dst.raw, src, n) == 0) ? 0 : fault_error();
}

sysret_t copy_pair_to_user(uaddr_t dst, uint64_t first, uint64_t second)
{
	if (unlikely(!in_user_half(dst, 2 * sizeof(uint64_t))))
		return -EFAULT;
	check_context();
	return likely(user_store_pair((void *)dst.raw, first, second) == 0) ? 0 : fault_error();
}

/*
 * In short pieces, since most strings are short; none crosses the end of a page, so that nothing
 * behind the string's last page is touched.
 */
sysret_t copy_string_from_user(char *dst, uaddr_t src, size_t size)
{
	size_t done = 0;

	while (done < size) {
		uint64_t at = src.raw + done;
		size_t piece = MIN(size - done, STRING_PIECE - at % STRING_PIECE);
		sysret_t error;
		size_t got, length;

		if (at >= USER_END)
			return -EFAULT;
		got = copy_from_user_partly(dst + done, UADDR(at), piece, &error);
		length = strnlen(dst + done, got);
		if (length < got)
			return (sysret_t)(done + length);
		if (error)
			return error;
		done += piece;
	}
	return -ENAMETOOLONG;
}
