/*
 * What is done before an allocation fails for good: the kernel task that brings RAM online, has
 * every CPU hand back what it keeps, and at last kills a process; and the threads that wait for it.
 */
#pragma once

#include "proc/ktask.h"

/* Start the task. Panics without memory. */
void memory_task_start(void);

/* Make it look whether RAM is to be brought online. From the exit loop, without locks. */
void memory_task_wake(void);

enum memory_answer {
	MEMORY_WAITING, /* the thread is queued: it parks, and then tries again */
	MEMORY_RETRY,	/* something has changed meanwhile: try again at once */
	MEMORY_NONE	/* there is none to be had: fail */
};

/*
 * The current thread found no memory: let it wait until there is some. To be asked after each
 * attempt that fails, and memory_found() after the one that does not. Takes RANK_WAITQ.
 */
__must_check enum memory_answer memory_wait(struct thread *thread);
void memory_found(struct thread *thread);

/*
 * The call that the current thread has made found no memory, by its result (-ENOMEM, for instance),
 * and changed nothing that its repetition would not change in the same way: repeat it when there is
 * some, or leave the result as it is. A continuation. Takes RANK_WAITQ.
 */
sysret_t memory_repeat_call(struct thread *thread);
