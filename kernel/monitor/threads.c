/* The commands on threads, run queues, locks, and what the CPUs did last. */
#include "arch/x86_64/image.h"
#include "core/panic.h"
#include "core/symbols.h"
#include "core/trace.h"
#include "monitor/command.h"
#include "proc/ktask.h"
#include "proc/sched.h"

#define QUEUE_SHOWN 16U
#define LOCKS_SHOWN 16

static const char *const states[] = {
	[THREAD_RUNNING] = "running", [THREAD_WAITING] = "waiting",   [THREAD_WOKEN] = "woken",
	[THREAD_PARKED] = "parked",   [THREAD_RUNNABLE] = "runnable", [THREAD_DEAD] = "dead",
};

/* What a thread goes on with is told by the name of the continuation. */
static void tell_thread(struct run *run, const struct thread *thread, const char *name)
{
	uint32_t state = __atomic_load_n(&thread->state, __ATOMIC_RELAXED);
	uintptr_t next = (uintptr_t)thread->cont.run;

	print(&run->out, "%6ld %6ld %3u %-8s work %02x run %6lu ms  %-16s %s\n", thread->tid,
	      thread->process ? thread->process->pid : 0, thread->cpu,
	      state < ARRAY_SIZE(states) ? states[state] : "?", thread->work,
	      thread->run_ns / 1000000, name, next ? symbol_function(next) : "-");
}

static void tell_tasks(struct run *run)
{
	for (const struct thread *task = ktask_next(NULL); task; task = ktask_next(task))
		tell_thread(run, task, task->name);
}

/* A process a call; the cursor is the last one's pid. Those that come later are left out. */
bool run_threads(struct run *run)
{
	struct process *process;
	struct thread *thread;

	look_lock(run, &tree_lock);
	if (!run->cursor) {
		print(&run->out, "   TID    PID CPU STATE\n");
		tell_tasks(run);
		run->last_pid = process_highest_pid();
	}
	process = process_find_above((int64_t)run->cursor);
	if (process && process->pid > run->last_pid)
		process = NULL;
	if (process) {
		run->cursor = (uint64_t)process->pid;
		if (process->state == PROCESS_ZOMBIE)
			print(&run->out, "     - %6ld   - zombie   %s\n", process->pid,
			      process->name);
		look_lock(run, &process->lock);
		list_for_each_entry (thread, &process->threads, process_link)
			tell_thread(run, thread, process->name);
		look_unlock(&process->lock);
	}
	look_unlock(&tree_lock);
	return process;
}

/* A CPU a call. */
bool run_runq(struct run *run)
{
	uint32_t id = (uint32_t)run->cursor++;
	const struct cpu *cpu = cpu_by_id(id);
	const struct thread *thread = cpu->current;
	int64_t tids[QUEUE_SHOWN];
	uint32_t count;

	if (!cpu->online)
		return run->cursor < cpu_count;
	count = sched_queue(id, tids, ARRAY_SIZE(tids));
	/* It may end at any time: nothing that it points to is looked at. */
	if (thread)
		print(&run->out, "CPU %u runs %ld%s, %u wait:", id, thread->tid,
		      thread->process ? "" : " (a kernel task)", count);
	else
		print(&run->out, "CPU %u is idle, %u wait:", id, count);
	for (uint32_t i = 0; i < MIN(count, QUEUE_SHOWN); i++)
		print(&run->out, " %ld", tids[i]);
	print(&run->out, "%s\n", count > QUEUE_SHOWN ? " ..." : "");
	return run->cursor < cpu_count;
}

/* A CPU a call. */
bool run_trace(struct run *run)
{
	uint32_t id = (uint32_t)run->cursor++;

	if (cpu_by_id(id)->online && !trace_print(&run->out, id)) {
		print(&run->out, "only debug builds keep a trace\n");
		return false;
	}
	return run->cursor < cpu_count;
}

/* A name that may have been overwritten, as its lock was freed: only text of the image is read. */
static const char *name_of(const struct lock *lock)
{
	const char *name = lock->name;

	return name >= rodata_start && name < rodata_end ? name : "?";
}

/* What other CPUs hold changes while it is looked at; where a chain leads is RAM in any case. */
bool run_locks(struct run *run)
{
	uint32_t id = (uint32_t)run->cursor++;
	const struct cpu *cpu = cpu_by_id(id);
	const struct lock *lock = cpu->online ? cpu->held : NULL;

	for (int depth = 0; depth < LOCKS_SHOWN && lock && lock->holder == cpu; depth++) {
		print(&run->out, "CPU %u holds '%.32s' (rank %d), taken in %s\n", id, name_of(lock),
		      lock->rank, symbol_function(lock->caller));
		lock = lock->outer;
	}
	if (run->cursor < cpu_count)
		return true;
	print(&run->out, "that is all, of %u CPUs\n", cpu_count);
	return false;
}
