/* mmap, munmap, brk, mprotect: the arguments are checked here, in Linux's order. */
#include "abi/errno.h"
#include "abi/mman.h"
#include "arch/x86_64/cpuid.h"
#include "mm/shared.h"
#include "proc/process.h"
#include "sys/args.h"
#include "sys/populate.h"
#include "sys/range_call.h"
#include "sys/syscall.h"

#define PROT_BITS (PROT_READ | PROT_WRITE | PROT_EXEC | PROT_SEM)

/* --- the work --- */

/* Shared memory is an object of its own, which the mapping keeps. */
static sysret_t map_shared(struct space *space, const struct range_call *call)
{
	struct vm_object *object = shared_create(call->length);
	sysret_t result;

	if (!object)
		return -ENOMEM;
	result = space_mmap(space, call->addr, call->length, call->prot, call->flags, object, 0);
	object_put(object);
	return result;
}

/* The new mapping's pages, if it could be made; it stays if they cannot. */
static sysret_t populate_new(struct thread *thread, sysret_t where)
{
	const struct range_call *call = &thread->cont.range;
	bool locked = (call->flags & MAP_LOCKED) || thread->space->new_flags;

	if (where < 0 || (!locked && (call->flags & MAP_NONBLOCK)))
		return where;
	return populate(thread, POPULATE_MAP, (uint64_t)where, call->length, where);
}

/* The same for all of a heap that is locked. */
static sysret_t populate_heap(struct thread *thread, sysret_t brk)
{
	uint64_t start = thread->space->brk_start, end = ALIGN_UP((uint64_t)brk, PAGE_SIZE);

	return populate(thread, POPULATE_MAP, start, end - start, brk);
}

/* MAP_FIXED takes the place of what is there. */
static sysret_t mmap_work(struct space *space, struct range_call *call)
{
	if ((call->flags & MAP_FIXED) && !(call->flags & MAP_FIXED_NOREPLACE)) {
		sysret_t result = space_munmap(space, call->addr, call->length, &call->cursor);

		if (result)
			return result;
	}
	if (((uint32_t)call->flags & (MAP_POPULATE | MAP_LOCKED)) | space->new_flags)
		call->then = populate_new;
	if (call->flags & MAP_SHARED)
		return map_shared(space, call);
	return space_mmap(space, call->addr, call->length, call->prot, call->flags, NULL, 0);
}

static sysret_t munmap_work(struct space *space, struct range_call *call)
{
	return space_munmap(space, call->addr, call->length, &call->cursor);
}

static sysret_t mprotect_work(struct space *space, struct range_call *call)
{
	return space_mprotect(space, call->addr, call->length, call->prot, &call->cursor);
}

static sysret_t brk_work(struct space *space, struct range_call *call)
{
	if (space->new_flags)
		call->then = populate_heap;
	return space_brk(space, call->addr, &call->cursor);
}

/* --- mmap, munmap, brk --- */

/*
 * The `size` of a new mapping, whole pages, which is 0 if it wrapped; and its address, if that is
 * not only a hint.
 */
static int check_place(uint64_t addr, uint64_t size, int flags)
{
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

/* There is no pool of huge pages, of those sizes that there are: 2 MiB, and mostly 1 GiB. */
static int check_huge(int flags)
{
	switch (MAP_HUGE_SIZE(flags)) {
	case 0:
	case 21:
		return -ENOMEM;
	case 30:
		return cpu_features.gib_pages ? -ENOMEM : -EINVAL;
	default:
		return -EINVAL;
	}
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
	uint64_t addr = arg_u64(call, 0), size = ALIGN_UP(arg_u64(call, 1), PAGE_SIZE);
	int prot = arg_int(call, 2), flags = arg_int(call, 3), error;
	bool anonymous = flags & MAP_ANONYMOUS;

	if (!IS_ALIGNED(arg_u64(call, 5), PAGE_SIZE))
		return -EINVAL;
	if (!anonymous && !is_open(arg_int(call, 4)))
		return -EBADF;
	if (flags & MAP_HUGETLB)
		return anonymous ? check_huge(flags) : -EINVAL;
	if (!arg_u64(call, 1))
		return -EINVAL;
	error = check_place(addr, size, flags);
	if (!error && (flags & MAP_LOCKED) && !current_thread()->space->limits.locked)
		error = -EPERM;
	if (!error)
		error = anonymous ? check_anonymous(flags) : check_file(flags);
	return error ? error : range_call_start(mmap_work, addr, size, prot, flags);
}

sysret_t sys_munmap(const struct trapframe *call)
{
	uint64_t addr = arg_u64(call, 0), size = ALIGN_UP(arg_u64(call, 1), PAGE_SIZE);

	if (!IS_ALIGNED(addr, PAGE_SIZE) || !size || size > USER_END || addr > USER_END - size)
		return -EINVAL;
	return range_call_start(munmap_work, addr, size, 0, 0);
}

sysret_t sys_brk(const struct trapframe *call)
{
	return range_call_start(brk_work, arg_u64(call, 0), 0, 0, 0);
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
	return error ? error : range_call_start(mprotect_work, addr, end - addr, prot, 0);
}
