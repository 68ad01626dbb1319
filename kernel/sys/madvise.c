/* madvise. */
#include "abi/errno.h"
#include "abi/mman.h"
#include "proc/signal.h"
#include "sys/args.h"
#include "sys/populate.h"
#include "sys/range_call.h"
#include "sys/syscall.h"

static sysret_t madvise_work(struct space *space, struct range_call *call)
{
	return space_madvise(space, call->addr, call->length, call->prot, &call->cursor);
}

/* For a process that is to end, nothing more is copied. */
static sysret_t collapse_work(struct space *space, struct range_call *call)
{
	struct thread *thread = current_thread();
	sysret_t result = -EINTR;

	if (!signal_fatal_pending(thread))
		result = space_collapse(space, &call->collapse, &thread->block);
	if (result != SYS_AGAIN)
		large_block_drop(&thread->block);
	return result;
}

static sysret_t collapse(uint64_t addr, uint64_t size)
{
	uint64_t all = addr + size, end = MIN(all, USER_END);

	current_thread()->cont.range.collapse =
		(struct collapse){.at = addr, .end = end, .hole = end < all};
	return range_call_start(collapse_work, 0, 0, 0, 0);
}

/* Advice that is taken: what cannot be done here is refused as by a Linux built without it. */
static bool is_advice(int advice)
{
	switch (advice) {
	case MADV_NORMAL:
	case MADV_RANDOM:
	case MADV_SEQUENTIAL:
	case MADV_WILLNEED:
	case MADV_DONTNEED:
	case MADV_FREE:
	case MADV_REMOVE:
	case MADV_DONTFORK:
	case MADV_DOFORK:
	case MADV_MERGEABLE:
	case MADV_UNMERGEABLE:
	case MADV_HUGEPAGE:
	case MADV_NOHUGEPAGE:
	case MADV_DONTDUMP:
	case MADV_DODUMP:
	case MADV_WIPEONFORK:
	case MADV_KEEPONFORK:
	case MADV_COLD:
	case MADV_PAGEOUT:
	case MADV_POPULATE_READ:
	case MADV_POPULATE_WRITE:
	case MADV_DONTNEED_LOCKED:
	case MADV_COLLAPSE:
		return true;
	default:
		return false;
	}
}

sysret_t sys_madvise(const struct trapframe *call)
{
	uint64_t addr = arg_u64(call, 0), length = arg_u64(call, 1);
	uint64_t size = ALIGN_UP(length, PAGE_SIZE);
	int advice = arg_int(call, 2);

	if (!is_advice(advice) || !IS_ALIGNED(addr, PAGE_SIZE) || (length && !size) ||
	    addr + size < addr)
		return -EINVAL;
	if (!size)
		return 0;
	if (advice == MADV_POPULATE_READ)
		return populate(current_thread(), POPULATE_READ, addr, size, 0);
	if (advice == MADV_POPULATE_WRITE)
		return populate(current_thread(), POPULATE_WRITE, addr, size, 0);
	if (advice == MADV_COLLAPSE)
		return collapse(addr, size);
	return range_call_start(madvise_work, addr, size, advice, 0);
}
