#include "proc/ktask.h"

#include "lib/string.h"
#include "proc/sched.h"

static struct thread *create(const char *name, sysret_t (*turn)(struct thread *task))
{
	struct thread *task = thread_create(NULL);

	if (!task)
		return NULL;
	task->name = name;
	task->cont.run = turn;
	task->cont.class = CONT_NONE;
	task->work = THREAD_WORK_CONT;
	return task;
}

struct thread *ktask_start(const char *name, sysret_t (*turn)(struct thread *task))
{
	struct thread *task = create(name, turn);

	if (task)
		sched_start(task);
	return task;
}

struct thread *ktask_start_on(const char *name, sysret_t (*turn)(struct thread *task), uint32_t cpu)
{
	struct thread *task = create(name, turn);

	if (!task)
		return NULL;
	memset(task->affinity, 0, sizeof(task->affinity));
	bitmap_set(task->affinity, cpu);
	sched_start(task);
	return task;
}
