#include "mm/usercopy.h"

#include "abi/errno.h"
#include "arch/x86_64/cpu.h"
#include "arch/x86_64/cr.h"
#include "arch/x86_64/extable.h"
#include "arch/x86_64/pte.h"
#include "core/lock.h"
#include "lib/string.h"
#include "lib/upcall.h"
#include "mm/usercopy_state.h"

#define STRING_PIECE 128UL

DEFINE_PERCPU(bool, usercopy_must_wait);

/* Does [address, address + n) lie in the user half? */
static bool in_user_half(uaddr_t address, size_t n)
{
	return n <= USER_END && address.raw <= USER_END - n;
}

static void check_context(void)
{
	locks_assert_none();
	if (unlikely((read_cr3() & PTE_ADDRESS) != thread_pml4(this_cpu()->current).raw))
		panic("user copy under another process's CR3");
}

static size_t copy(void *dst, const void *src, size_t n, sysret_t *error)
{
	size_t left;

	check_context();
	*PERCPU(usercopy_must_wait) = false;
	left = user_copy(dst, src, n);
	*error = 0;
	if (unlikely(left))
		*error = *PERCPU(usercopy_must_wait) ? SYS_FAULT_WAIT : -EFAULT;
	return n - left;
}

sysret_t copy_from_user(void *dst, uaddr_t src, size_t n)
{
	sysret_t error;

	copy_from_user_partly(dst, src, n, &error);
	return error;
}

size_t copy_from_user_partly(void *dst, uaddr_t src, size_t n, sysret_t *error)
{
	*error = -EFAULT;
	if (unlikely(!in_user_half(src, n)))
		return 0;
	return copy(dst, (const void *)src.raw, n, error);
}

sysret_t copy_to_user(uaddr_t dst, const void *src, size_t n)
{
	sysret_t error;

	if (unlikely(!in_user_half(dst, n)))
		return -EFAULT;
	copy((void *)dst.raw, src, n, &error);
	return error;
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
