#include "sys/populate.h"

#include "abi/errno.h"

/* Linux's mlock has other names for what went wrong. */
static sysret_t mlock_error(sysret_t error)
{
	return error == -EFAULT ? -ENOMEM : error;
}

/* While there is no memory for a page the thread waits for it as after a fault. */
static sysret_t populate_chunk(struct thread *thread)
{
	struct populate *work = &thread->cont.populate.work;
	sysret_t result = space_populate(thread->space, work);

	if (result == SYS_FAULT_WAIT) {
		thread->fault.va = work->at;
		thread->fault.access = work->access;
		thread_set_work(thread, THREAD_WORK_FAULT);
		result = SYS_AGAIN;
	}
	if (result == SYS_AGAIN)
		return thread_continue(thread, SYS_AGAIN, populate_chunk, NULL, CONT_KILLABLE);
	if (result && work->kind == POPULATE_LOCK)
		return mlock_error(result);
	return result ? result : thread->cont.populate.result;
}

sysret_t populate(struct thread *thread, enum populate_kind kind, uint64_t addr, uint64_t size,
		  sysret_t result)
{
	thread->cont.populate.work =
		(struct populate){.kind = kind, .at = addr, .end = addr + size};
	thread->cont.populate.result = result;
	return populate_chunk(thread);
}
