#include "proc/usage.h"

#include "proc/process.h"
#include "proc/sched.h"

#define NS_PER_US 1000
#define US_PER_S  1000000

/* [process's lock] */
static uint64_t peak_of(const struct process *process)
{
	struct space *space = process->space;
	uint64_t peak = 0;

	if (process_has_space(process)) {
		lock_acquire(&space->lock);
		peak = space_peak(space);
		lock_release(&space->lock);
	}
	return MAX(process->used.peak, peak);
}

struct usage usage_of(struct process *process)
{
	const struct thread *thread;
	struct usage usage;

	lock_acquire(&process->lock);
	usage = process->used;
	usage.peak = peak_of(process);
	list_for_each_entry (thread, &process->threads, process_link) {
		usage.run_ns += sched_run_ns(thread);
		usage.faults += thread->faults;
	}
	lock_release(&process->lock);
	return usage;
}

struct rusage usage_tell(const struct usage *usage)
{
	uint64_t us = usage->run_ns / NS_PER_US;

	return (struct rusage){
		.ru_utime = {(int64_t)(us / US_PER_S), (int64_t)(us % US_PER_S)},
		.ru_maxrss = (int64_t)(usage->peak * PAGE_SIZE / KIB(1)),
		.ru_minflt = (int64_t)usage->faults,
	};
}
