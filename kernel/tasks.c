#include "tasks.h"

#include "arch/x86_64/tsc.h"
#include "core/log.h"
#include "dev/screen.h"
#include "lib/upcall.h"
#include "memory_task.h"
#include "mm/shared.h"

#define LOG_TURN_PIECES 3
#define LOG_TURN_NS	500000

static struct thread *log_task, *reap_task;

/*
 * Pieces of the log, as long as the sinks take them quickly: threads may run for whole slices
 * before the next turn. False when there were none.
 */
static bool drain_log(void)
{
	uint64_t end = clock_ns() + LOG_TURN_NS;

	for (int pieces = 0; pieces < LOG_TURN_PIECES && clock_ns() < end; pieces++) {
		if (!log_drain_some())
			return pieces > 0;
	}
	return true;
}

static sysret_t log_turn(struct thread *task)
{
	return ktask_turn(task, drain_log);
}

static sysret_t reap_turn(struct thread *task)
{
	return ktask_turn(task, shared_reap_some);
}

void tasks_start(void)
{
	log_task = ktask_start("log", log_turn);
	reap_task = ktask_start("reap", reap_turn);
	if (!log_task || !reap_task || !screen_start())
		panic("no memory for the kernel tasks");
	memory_task_start();
	log_use_task();
}

void log_task_wake(void)
{
	thread_wake(log_task);
}

void reap_task_wake(void)
{
	thread_wake(reap_task);
}
