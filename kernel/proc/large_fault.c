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
			large_block_visit(&thread->block, fn);
		}
	}
}

static struct census_owner block_frames = {.name = "a large page in the making",
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
	struct page *block = thread->block.head;

	if (!block) {
		block = large_alloc();
		if (!block)
			return give_up(thread);
		thread->block = (struct large_block){.head = block};
	}
	large_clear_part(block, thread->block.done);
	thread->block.done += LARGE_PART;
	if (thread->block.done < LARGE_PAGES)
		return true;
	thread->block.head = NULL;
	if (!space_map_large(thread->space, thread->fault.va, block))
		large_put(block);
	return give_up(thread);
}
