/* mincore and msync. */
#include "abi/errno.h"
#include "abi/mman.h"
#include "proc/thread.h"
#include "proc/usercopy.h"
#include "sys/args.h"
#include "sys/syscall.h"

#define PIECE 256 /* pages told at a time */

/* Linux's access_ok(). */
static bool in_user_half(uint64_t addr, uint64_t n)
{
	return n <= USER_END && addr <= USER_END - n;
}

/* One piece; then again, from where it ended. */
static sysret_t mincore_chunk(struct thread *thread)
{
	uint8_t there[PIECE];
	uint64_t at = thread->cont.mincore.at, end = thread->cont.mincore.end;
	uint64_t pages = MIN((end - at) >> PAGE_SHIFT, (uint64_t)PIECE);
	sysret_t told = pages ? space_mincore(thread->space, at, pages, there) : 0, error;

	if (told <= 0)
		return told;
	error = copy_to_user(thread->cont.mincore.vector, there, (size_t)told);
	if (!error) {
		thread->cont.mincore.at += (uint64_t)told << PAGE_SHIFT;
		thread->cont.mincore.vector.raw += (uint64_t)told;
	} else if (error != SYS_FAULT_WAIT) {
		return error;
	}
	return thread_continue(thread, SYS_AGAIN, mincore_chunk, NULL, CONT_KILLABLE);
}

sysret_t sys_mincore(const struct trapframe *call)
{
	struct thread *thread = current_thread();
	uint64_t addr = arg_u64(call, 0), length = arg_u64(call, 1);
	uint64_t pages = (length >> PAGE_SHIFT) + (length % PAGE_SIZE != 0);
	uaddr_t vector = arg_uaddr(call, 2);

	if (!IS_ALIGNED(addr, PAGE_SIZE))
		return -EINVAL;
	if (!in_user_half(addr, length))
		return -ENOMEM;
	if (!in_user_half(vector.raw, pages))
		return -EFAULT;
	thread->cont.mincore.at = addr;
	thread->cont.mincore.end = addr + pages * PAGE_SIZE;
	thread->cont.mincore.vector = vector;
	return mincore_chunk(thread);
}

static sysret_t msync_chunk(struct thread *thread)
{
	struct range_call *call = &thread->cont.range;
	sysret_t result = space_msync(thread->space, call->addr + call->length, call->flags,
				      &call->cursor, &thread->cont.range.hole);

	if (result != SYS_AGAIN)
		return result;
	return thread_continue(thread, SYS_AGAIN, msync_chunk, NULL, CONT_KILLABLE);
}

sysret_t sys_msync(const struct trapframe *call)
{
	struct thread *thread = current_thread();
	uint64_t addr = arg_u64(call, 0), size = ALIGN_UP(arg_u64(call, 1), PAGE_SIZE);
	int flags = arg_int(call, 2);

	if ((flags & ~(MS_ASYNC | MS_INVALIDATE | MS_SYNC)) || !IS_ALIGNED(addr, PAGE_SIZE) ||
	    ((flags & MS_ASYNC) && (flags & MS_SYNC)))
		return -EINVAL;
	if (addr + size < addr)
		return -ENOMEM;
	if (!size)
		return 0;
	thread->cont.range.addr = addr;
	thread->cont.range.length = size;
	thread->cont.range.cursor = addr;
	thread->cont.range.flags = flags;
	thread->cont.range.hole = false;
	return msync_chunk(thread);
}
