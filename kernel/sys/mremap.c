/* mremap. */
#include "abi/errno.h"
#include "abi/mman.h"
#include "sys/args.h"
#include "sys/populate.h"
#include "sys/range_call.h"
#include "sys/syscall.h"

/* What is new of a locked mapping has its pages when the call returns. */
static sysret_t populate_growth(struct thread *thread, sysret_t where)
{
	struct remap remap = thread->cont.range.remap;

	if (where < 0 || !remap.is_locked || remap.new_size <= remap.old_size)
		return where;
	return populate(thread, POPULATE_MAP, (uint64_t)where + remap.old_size,
			remap.new_size - remap.old_size, where);
}

static sysret_t mremap_work(struct space *space, struct range_call *call)
{
	call->then = populate_growth;
	return space_mremap(space, &call->remap);
}

/* The old and the new place are apart, and the new one is possible. */
static int check_target(const struct remap *remap)
{
	if (!IS_ALIGNED(remap->to, PAGE_SIZE) || remap->to > USER_END - remap->new_size)
		return -EINVAL;
	if (remap->addr + remap->old_size > remap->to && remap->to + remap->new_size > remap->addr)
		return -EINVAL;
	return 0;
}

static int check(const struct remap *remap)
{
	int flags = remap->flags;

	if ((flags & ~(MREMAP_FIXED | MREMAP_MAYMOVE | MREMAP_DONTUNMAP)) ||
	    ((flags & (MREMAP_FIXED | MREMAP_DONTUNMAP)) && !(flags & MREMAP_MAYMOVE)) ||
	    ((flags & MREMAP_DONTUNMAP) && remap->old_size != remap->new_size) ||
	    !IS_ALIGNED(remap->addr, PAGE_SIZE) || !remap->new_size || remap->new_size > USER_END)
		return -EINVAL;
	if (flags & (MREMAP_FIXED | MREMAP_DONTUNMAP))
		return check_target(remap);
	return 0;
}

sysret_t sys_mremap(const struct trapframe *call)
{
	struct remap *remap = &current_thread()->cont.range.remap;
	int error;

	*remap = (struct remap){.addr = arg_u64(call, 0),
				.old_size = ALIGN_UP(arg_u64(call, 1), PAGE_SIZE),
				.new_size = ALIGN_UP(arg_u64(call, 2), PAGE_SIZE),
				.flags = arg_int(call, 3)};
	if (remap->flags & (MREMAP_FIXED | MREMAP_DONTUNMAP))
		remap->to = arg_u64(call, 4);
	error = check(remap);
	if (error)
		return error;
	/* No mapping is as large, or lies there; what shrinks is looked for first. */
	if (remap->addr >= USER_END ||
	    (remap->old_size > USER_END - remap->addr && remap->new_size >= remap->old_size))
		return -EFAULT;
	return range_call_start(mremap_work, 0, 0, 0, 0);
}
