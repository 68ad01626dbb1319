/*
 * The task works in rounds, one at a time. Each thread asks within a round, and is woken at its
 * end to try again. So that no request and no end of a round is missed, requests carry the round's
 * number: one that was made for a round that is over counts for nothing.
 */
#include "memory_task.h"

#include "arch/x86_64/tsc.h"
#include "lib/upcall.h"
#include "mm/drain.h"
#include "mm/frames.h"
#include "mm/online.h"
#include "proc/boundary.h"
#include "proc/oom.h"
#include "proc/reclaim.h"
#include "sys/syscall.h"

#define DEATH_POLL_NS 1000000 /* how often a dying process is looked at */
#define ENOUGH_FRAMES 64      /* so many that are free end a shortage, ... */
#define SPARED_MAX    8	      /* ... unless who waits says so often that they do not */

enum stage {
	STAGE_IDLE,
	STAGE_DRAIN,   /* wait until every CPU has drained */
	STAGE_RECLAIM, /* take back what processes let go */
	STAGE_DEATH,   /* wait until a process that was killed has given its memory back */
};

static struct thread *task;
static enum stage stage;	  /* the task's own, */
static uint64_t ticket;		  /* of the drain that it waits for, */
static struct reclaim reclaim;	  /* how far the reclaim has come, */
static unsigned spared;		  /* and the rounds in a row that killed nobody */
static uint64_t round_number = 1; /* atomic: the current round, or the next one */
static uint64_t asked_round;	  /* atomic: somebody waits, */
static uint64_t desperate_round;  /* atomic: whom a drain has not helped */
static uint64_t drained_round;	  /* atomic: the latest that ended with the drain */
static uint64_t failed_round;	  /* atomic: the latest that ended with nothing to be had */
static struct waitq memory_waiters;

static bool is_current(const uint64_t *round)
{
	return __atomic_load_n(round, __ATOMIC_SEQ_CST) == round_number;
}

static sysret_t end_round(void)
{
	stage = STAGE_IDLE;
	__atomic_fetch_add(&round_number, 1, __ATOMIC_SEQ_CST);
	waitq_wake_all(&memory_waiters);
	return SYS_AGAIN;
}

static sysret_t idle_turn(void)
{
	if (online_wanted() || (is_current(&asked_round) && online_left())) {
		online_next();
		return end_round();
	}
	if (!is_current(&asked_round))
		return SYS_BLOCKED;
	ticket = drain_ask();
	stage = STAGE_DRAIN;
	return SYS_AGAIN;
}

static sysret_t drain_turn(void)
{
	if (!drain_done(ticket))
		return SYS_BLOCKED;
	if (!is_current(&desperate_round)) {
		spared = 0;
		__atomic_store_n(&drained_round, round_number, __ATOMIC_SEQ_CST);
		return end_round();
	}
	reclaim = (struct reclaim){0};
	stage = STAGE_RECLAIM;
	return SYS_AGAIN;
}

/*
 * Has somebody ended meanwhile, perhaps who waited? A block of the wanted size may yet be missing.
 */
static bool memory_came_back(void)
{
	return frames_free_count() >= ENOUGH_FRAMES && spared++ < SPARED_MAX;
}

/* When that has helped nobody either, somebody has to make room. */
static sysret_t reclaim_turn(void)
{
	if (reclaim_chunk(&reclaim))
		return SYS_AGAIN;
	if (reclaim.freed || memory_came_back())
		return end_round();
	spared = 0;
	if (oom_kill()) {
		stage = STAGE_DEATH;
		/* The victim's threads may be among those who wait. */
		waitq_wake_all(&memory_waiters);
		return SYS_AGAIN;
	}
	__atomic_store_n(&failed_round, round_number, __ATOMIC_SEQ_CST);
	return end_round();
}

static sysret_t death_turn(void)
{
	return oom_victim_is_gone() ? end_round() : SYS_BLOCKED;
}

static sysret_t do_stage(void)
{
	switch (stage) {
	case STAGE_DRAIN:
		return drain_turn();
	case STAGE_RECLAIM:
		return reclaim_turn();
	case STAGE_DEATH:
		return death_turn();
	default:
		return idle_turn();
	}
}

/* Each stage is looked at a second time when the task has queued itself for what ends it. */
static sysret_t memory_turn(struct thread *self)
{
	thread_cancel_wait(self);
	if (do_stage() == SYS_AGAIN)
		return SYS_AGAIN;
	thread_prepare_wait(self);
	waitq_add(&drain_waiters, &self->waiters[0], self);
	if (stage == STAGE_DEATH)
		thread_wake_at(self, clock_ns() + DEATH_POLL_NS);
	if (do_stage() == SYS_BLOCKED)
		return SYS_BLOCKED;
	thread_cancel_wait(self);
	return SYS_AGAIN;
}

void memory_task_start(void)
{
	waitq_init(&memory_waiters);
	drain_init();
	task = ktask_start("memory", memory_turn);
	if (!task)
		panic("no memory for the memory task");
}

void memory_task_wake(void)
{
	thread_wake(task);
}

/* --- threads that wait --- */

static void ask(uint64_t round, bool desperate)
{
	if (desperate)
		__atomic_store_n(&desperate_round, round, __ATOMIC_SEQ_CST);
	__atomic_store_n(&asked_round, round, __ATOMIC_SEQ_CST);
	thread_wake(task);
}

enum memory_answer memory_wait(struct thread *thread)
{
	uint64_t round = __atomic_load_n(&round_number, __ATOMIC_SEQ_CST);
	uint64_t last = thread->memory_round;
	bool desperate = last && __atomic_load_n(&drained_round, __ATOMIC_SEQ_CST) >= last;

	if (last && __atomic_load_n(&failed_round, __ATOMIC_SEQ_CST) >= last) {
		memory_found(thread);
		return MEMORY_NONE;
	}
	thread->memory_round = round;
	boundary_passed(thread);
	thread_prepare_wait(thread);
	waitq_add(&memory_waiters, &thread->waiters[0], thread);
	ask(round, desperate);
	if (__atomic_load_n(&round_number, __ATOMIC_SEQ_CST) == round)
		return MEMORY_WAITING;
	thread_cancel_wait(thread);
	return MEMORY_RETRY;
}

void memory_found(struct thread *thread)
{
	thread->memory_round = 0;
}

static sysret_t repeat_call(struct thread *thread)
{
	thread_cancel_wait(thread);
	/* The exit loop looks at the result of this attempt too. */
	thread_set_work(thread, THREAD_WORK_MEMORY);
	return syscall_dispatch(frame_slot());
}

static void stop_waiting(struct thread *thread)
{
	thread_cancel_wait(thread);
}

sysret_t memory_repeat_call(struct thread *thread)
{
	switch (memory_wait(thread)) {
	case MEMORY_WAITING:
		return thread_continue(thread, SYS_BLOCKED, repeat_call, stop_waiting,
				       CONT_KILLABLE);
	case MEMORY_RETRY:
		return thread_continue(thread, SYS_AGAIN, repeat_call, NULL, CONT_KILLABLE);
	default:
		return SYS_FRAME_SET;
	}
}
