#include "proc/ktask.h"

#include "lib/string.h"
#include "proc/process.h"
#include "proc/sched.h"

static struct list tasks = LIST_INIT(tasks); /* [tree_lock] by process_link */

static struct thread *create(const char *name, sysret_t (*turn)(struct thread *task))
{
	struct thread *task = thread_create(NULL);

	if (!task)
		return NULL;
	task->name = name;
	task->cont.run = turn;
	task->cont.class = CONT_NONE;
	task->work = THREAD_WORK_CONT;
	lock_acquire(&tree_lock);
	list_add_tail(&tasks, &task->process_link);
	lock_release(&tree_lock);
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

struct thread *ktask_next(const struct thread *task)
{
	const struct list *next = task ? task->process_link.next : tasks.next;

	return next == &tasks ? NULL : container_of(next, struct thread, process_link);
}
