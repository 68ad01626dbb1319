/* mlock, mlock2, munlock, mlockall, munlockall. */
#include "abi/errno.h"
#include "abi/mman.h"
#include "sys/args.h"
#include "sys/populate.h"
#include "sys/range_call.h"
#include "sys/syscall.h"

/* Of what is locked the pages are there when the call returns. */
static sysret_t populate_locked(struct thread *thread, sysret_t result)
{
	const struct range_call *call = &thread->cont.range;

	return result ? result : populate(thread, POPULATE_LOCK, call->addr, call->length, 0);
}

/* call->flags are the VMA_ flags. */
static sysret_t mlock_work(struct space *space, struct range_call *call)
{
	if (call->flags)
		call->then = populate_locked;
	return space_mlock(space, call->addr, call->length, (uint32_t)call->flags, &call->cursor);
}

/* Whole pages that hold the range. */
static sysret_t start_on_pages(const struct trapframe *call, uint32_t flags)
{
	uint64_t addr = ALIGN_DOWN(arg_u64(call, 0), PAGE_SIZE);
	uint64_t size = ALIGN_UP(arg_u64(call, 1) + arg_u64(call, 0) % PAGE_SIZE, PAGE_SIZE);

	if (flags && !current_thread()->space->limits.locked)
		return -EPERM;
	/* Linux looks at the limit first. */
	if (addr + size < addr)
		return flags && current_thread()->space->limits.locked < size ? -ENOMEM : -EINVAL;
	if (!size)
		return 0;
	if (addr + size > USER_END)
		return -ENOMEM;
	return range_call_start(mlock_work, addr, size, 0, (int)flags);
}

sysret_t sys_mlock(const struct trapframe *call)
{
	return start_on_pages(call, VMA_LOCKED);
}

sysret_t sys_mlock2(const struct trapframe *call)
{
	int flags = arg_int(call, 2);

	if (flags & ~MLOCK_ONFAULT)
		return -EINVAL;
	return start_on_pages(call, VMA_LOCKED | (flags ? VMA_ON_FAULT : 0));
}

sysret_t sys_munlock(const struct trapframe *call)
{
	return start_on_pages(call, 0);
}

/* --- all --- */

static uint32_t flags_of(int mcl)
{
	return VMA_LOCKED | (mcl & MCL_ONFAULT ? VMA_ON_FAULT : 0);
}

static sysret_t populate_all(struct thread *thread, sysret_t result)
{
	return result ? result : populate(thread, POPULATE_MAP, 0, USER_END, 0);
}

/* call->flags are MCL_ flags. */
static sysret_t mlockall_work(struct space *space, struct range_call *call)
{
	int mcl = call->flags;

	if (mcl & MCL_CURRENT)
		call->then = populate_all;
	return space_mlockall(space, flags_of(mcl), mcl & MCL_FUTURE ? flags_of(mcl) : 0,
			      mcl & MCL_CURRENT, &call->cursor);
}

sysret_t sys_mlockall(const struct trapframe *call)
{
	int mcl = arg_int(call, 0);

	if (!mcl || (mcl & ~(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT)) || mcl == MCL_ONFAULT)
		return -EINVAL;
	if (!current_thread()->space->limits.locked)
		return -EPERM;
	return range_call_start(mlockall_work, 0, 0, 0, mcl);
}

static sysret_t munlockall_work(struct space *space, struct range_call *call)
{
	return space_mlockall(space, 0, 0, true, &call->cursor);
}

sysret_t sys_munlockall(const struct trapframe *call)
{
	(void)call;
	return range_call_start(munlockall_work, 0, 0, 0, 0);
}
