#include "proc/large_fault.h"

#include "mm/census.h"
#include "mm/large.h"
#include "mm/space.h"
#include "proc/process.h"

static void visit_blocks(void (*fn)(struct page *frame))
{
	const struct process *process = NULL;
	const struct thread *thread;

	while ((process = process_next(process))) {
		list_for_each_entry (thread, &process->threads, process_link) {
			if (thread->fault.block)
				fn(thread->fault.block);
		}
	}
}

static struct census_owner block_frames = {.name = "a fault for a large page",
					   .visit = visit_blocks};

void large_faults_init(void)
{
	census_register(&block_frames);
}

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
