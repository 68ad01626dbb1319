#include "proc/large_fault.h"

#include "mm/large.h"
#include "mm/space.h"

static bool give_up(struct thread *thread)
{
	thread->fault.access &= ~ACCESS_LARGE;
	return false;
}

bool large_fault_step(struct thread *thread)
{
	struct page *block = thread->fault.block;

	if (!block) {
		block = large_alloc();
		if (!block)
			return give_up(thread);
		thread->fault.block = block;
		thread->fault.cleared = 0;
	}
	large_clear_part(block, thread->fault.cleared);
	thread->fault.cleared += LARGE_PART;
	if (thread->fault.cleared < LARGE_PAGES)
		return true;
	thread->fault.block = NULL;
	if (!space_map_large(thread->space, thread->fault.va, block))
		large_put(block);
	return give_up(thread);
}
