/*
 * Calls on the address space: the arguments are checked here in Linux's order, then the work is
 * done in chunks under the claim on the space (mm/space.h).
 */
#include "abi/errno.h"
#include "abi/mman.h"
#include "mm/shared.h"
#include "proc/claim_wait.h"
#include "proc/process.h"
#include "proc/signal.h"
#include "sys/args.h"
#include "sys/syscall.h"

#define PROT_BITS (PROT_READ | PROT_WRITE | PROT_EXEC | PROT_SEM)

enum memory_op { OP_MMAP, OP_MUNMAP, OP_MPROTECT, OP_MADVISE, OP_BRK };

/* --- the work --- */

/* Shared memory is an object of its own, which the mapping keeps. */
static sysret_t map_new(struct space *space, const struct thread *thread)
{
	uint64_t addr = thread->cont.range.addr, length = thread->cont.range.length;
	int prot = thread->cont.range.prot, flags = thread->cont.range.flags;
	struct vm_object *object;
	sysret_t result;

	if (!(flags & MAP_SHARED))
		return space_mmap(space, addr, length, prot, flags, NULL, 0);
	object = shared_create(ALIGN_UP(length, PAGE_SIZE));
	if (!object)
		return -ENOMEM;
	result = space_mmap(space, addr, length, prot, flags, object, 0);
	object_put(object);
	return result;
}

/* MAP_FIXED takes the place of what is there. */
static sysret_t map_chunk(struct space *space, struct thread *thread)
{
	uint64_t addr = thread->cont.range.addr, length = thread->cont.range.length;
	int flags = thread->cont.range.flags;

	if ((flags & MAP_FIXED) && !(flags & MAP_FIXED_NOREPLACE)) {
		sysret_t result = space_munmap(space, addr, length, &thread->cont.range.cursor);

		if (result)
			return result;
	}
	return map_new(space, thread);
}

static sysret_t chunk(struct space *space, struct thread *thread)
{
	uint64_t addr = thread->cont.range.addr, length = thread->cont.range.length;
	uint64_t *cursor = &thread->cont.range.cursor;

	switch ((enum memory_op)thread->cont.range.op) {
	case OP_MMAP:
		return map_chunk(space, thread);
	case OP_MUNMAP:
		return space_munmap(space, addr, length, cursor);
	case OP_MPROTECT:
		return space_mprotect(space, addr, length, thread->cont.range.prot, cursor);
	case OP_MADVISE:
		return space_madvise(space, addr, length, thread->cont.range.prot, cursor);
	case OP_BRK:
		return space_brk(space, addr, cursor);
	}
	return -ENOSYS;
}

/* A change that has begun is carried through: a kill waits for it. */
static sysret_t work_on(struct thread *thread)
{
	sysret_t result = chunk(thread->space, thread);

	if (result == SYS_AGAIN)
		return thread_continue(thread, SYS_AGAIN, work_on, NULL, CONT_NONE);
	claim_release(&thread->space->claim, thread);
	return result;
}

static sysret_t claim_and_work(struct thread *thread)
{
	struct claim *claim = &thread->space->claim;

	if (signal_fatal_pending(thread)) {
		claim_give_up(claim, thread);
		return -EINTR;
	}
	if (!claim_or_wait(claim, thread))
		return thread_continue(thread, SYS_BLOCKED, claim_and_work, NULL, CONT_NONE);
	return work_on(thread);
}

static sysret_t start(enum memory_op op, uint64_t addr, uint64_t length, int prot, int flags)
{
	struct thread *thread = current_thread();

	thread->cont.range.op = op;
	thread->cont.range.addr = addr;
	thread->cont.range.length = length;
	thread->cont.range.cursor = 0;
	thread->cont.range.prot = prot;
	thread->cont.range.flags = flags;
	if (claim_try(&thread->space->claim, thread))
		return work_on(thread);
	return claim_and_work(thread);
}

/* --- mmap, munmap, brk --- */

/* The range that is asked for lies in the user half, and is aligned where it must be. */
static int check_place(uint64_t addr, uint64_t length, int flags)
{
	uint64_t size = ALIGN_UP(length, PAGE_SIZE);

	if (!length)
		return -EINVAL;
	if (!size || size > USER_END)
		return -ENOMEM;
	if (!(flags & (MAP_FIXED | MAP_FIXED_NOREPLACE)))
		return 0;
	if (addr > USER_END - size)
		return -ENOMEM;
	return IS_ALIGNED(addr, PAGE_SIZE) ? 0 : -EINVAL;
}

static int check_anonymous(int flags)
{
	switch (flags & MAP_TYPE) {
	case MAP_PRIVATE:
		return 0;
	case MAP_SHARED:
		return flags & MAP_GROWSDOWN ? -EINVAL : 0;
	default:
		return -EINVAL;
	}
}

/* No kind of file that a descriptor can name has contents that could be mapped. */
static int check_file(int flags)
{
	int type = flags & MAP_TYPE;

	if (type == MAP_PRIVATE || type == MAP_SHARED || type == MAP_SHARED_VALIDATE)
		return -ENODEV;
	return -EINVAL;
}

static bool is_open(int fd)
{
	struct file *file = fdtable_get(current_thread()->process->fds, fd);

	if (file)
		file_put(file);
	return file != NULL;
}

sysret_t sys_mmap(const struct trapframe *call)
{
	uint64_t addr = arg_u64(call, 0), length = arg_u64(call, 1);
	int prot = arg_int(call, 2), flags = arg_int(call, 3), error;
	bool anonymous = flags & MAP_ANONYMOUS;

	if (!IS_ALIGNED(arg_u64(call, 5), PAGE_SIZE))
		return -EINVAL;
	if (!anonymous && !is_open(arg_int(call, 4)))
		return -EBADF;
	/* There is no pool of huge pages. */
	if (flags & MAP_HUGETLB)
		return anonymous ? -ENOMEM : -EINVAL;
	error = check_place(addr, length, flags);
	if (!error)
		error = anonymous ? check_anonymous(flags) : check_file(flags);
	return error ? error : start(OP_MMAP, addr, length, prot, flags);
}

sysret_t sys_munmap(const struct trapframe *call)
{
	return start(OP_MUNMAP, arg_u64(call, 0), arg_u64(call, 1), 0, 0);
}

sysret_t sys_brk(const struct trapframe *call)
{
	return start(OP_BRK, arg_u64(call, 0), 0, 0, 0);
}

/* --- mprotect --- */

/*
 * PROT_GROWSDOWN: from the start of the area that holds *start, which must be a growing stack;
 * nothing grows upwards. 0 or Linux's error.
 */
static int extend_range(struct space *space, int grows, uint64_t *start_at, uint64_t end)
{
	const struct vma *vma;
	int error = 0;

	lock_acquire(&space->lock);
	vma = vma_find_from(&space->vmas, *start_at);
	if (!vma || vma->start >= end || (grows == PROT_GROWSUP && vma->start > *start_at))
		error = -ENOMEM;
	else if (grows == PROT_GROWSUP || !(vma->flags & VMA_GROWSDOWN))
		error = -EINVAL;
	else
		*start_at = vma->start;
	lock_release(&space->lock);
	return error;
}

sysret_t sys_mprotect(const struct trapframe *call)
{
	uint64_t addr = arg_u64(call, 0), length = arg_u64(call, 1);
	uint64_t end = addr + ALIGN_UP(length, PAGE_SIZE);
	int prot = arg_int(call, 2), grows = prot & (PROT_GROWSDOWN | PROT_GROWSUP), error = 0;

	prot &= ~grows;
	if (grows == (PROT_GROWSDOWN | PROT_GROWSUP) || !IS_ALIGNED(addr, PAGE_SIZE))
		return -EINVAL;
	if (!length)
		return 0;
	if (end <= addr)
		return -ENOMEM;
	if (prot & ~PROT_BITS)
		return -EINVAL;
	if (grows)
		error = extend_range(current_thread()->space, grows, &addr, end);
	return error ? error : start(OP_MPROTECT, addr, end - addr, prot, 0);
}

/* --- madvise --- */

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
	case MADV_DOFORK:
	case MADV_MERGEABLE:
	case MADV_UNMERGEABLE:
	case MADV_HUGEPAGE:
	case MADV_NOHUGEPAGE:
	case MADV_DONTDUMP:
	case MADV_DODUMP:
	case MADV_KEEPONFORK:
	case MADV_COLD:
	case MADV_PAGEOUT:
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
	return size ? start(OP_MADVISE, addr, length, advice, 0) : 0;
}
