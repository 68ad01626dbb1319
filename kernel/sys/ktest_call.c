#include "sys/ktest_call.h"

#include "abi/ktest.h"
#include "arch/x86_64/cr.h"
#include "core/lock.h"
#include "core/standstill.h"
#include "lib/cmdline.h"
#include "mm/census.h"
#include "mm/failalloc.h"
#include "mm/frames.h"
#include "mm/online.h"
#include "mm/slab.h"
#include "mm/tlb_flush.h"
#include "proc/boundary.h"
#include "proc/sched.h"
#include "sys/args.h"
#include "sys/syscall.h"

#define FAIL_EVERY 1
#define FAIL_OWN   2

static bool allowed;
static int64_t failing_pid; /* of the process whose allocations count */

void ktest_call_init(const char *cmdline)
{
	allowed = cmdline_has(cmdline, "ktest");
}

/* What this CPU keeps for itself. */
static void hand_back(void)
{
	slab_drain();
	frames_drain();
}

static sysret_t again(struct thread *thread)
{
	(void)thread;
	return sys_ktest(frame_slot());
}

/* While another CPU has the machine stand still, this one must come to its exit loop. */
static sysret_t come_again(void)
{
	return thread_continue(current_thread(), SYS_AGAIN, again, NULL, CONT_KILLABLE);
}

static sysret_t hold_census(void)
{
	uint64_t found;

	if (!standstill_begin(NULL))
		return come_again();
	found = census();
	standstill_end();
	return (sysret_t)found;
}

/*
 * Counted when all others wait for something: a process that has yet to copy the pages that it
 * shared with its child, a thread that is dead but not freed, a kernel task that was woken, would
 * change the number afterwards. Others go on between the looks, on this CPU too.
 */
static sysret_t count_free(void)
{
	uint64_t frames;
	bool at_rest;

	sched_yield_current();
	if (!sched_others_rest() || !standstill_begin(hand_back))
		return come_again();
	at_rest = sched_others_rest();
	/* The memory task does this too, but not before a watermark is reached. */
	while (at_rest && online_wanted())
		online_next();
	hand_back();
	frames = frames_free_count();
	standstill_end();
	return at_rest ? (sysret_t)frames : come_again();
}

/* Whichever of its threads it is. Kernel tasks have no process, an idle CPU has no thread. */
static bool is_failing_process(void)
{
	const struct thread *thread = current_thread();

	return thread && thread->process && thread->process->pid == failing_pid;
}

static sysret_t set_failures(uint64_t n, unsigned how)
{
	if (how & ~(FAIL_EVERY | FAIL_OWN))
		return -EINVAL;
	failalloc_set(0, false, NULL);
	failing_pid = current_thread()->process->pid;
	failalloc_set(n, how & FAIL_EVERY, how & FAIL_OWN ? is_failing_process : NULL);
	return 0;
}

static sysret_t count_contended(unsigned rank)
{
	return rank < LOCK_RANKS ? (sysret_t)locks_contended((enum lock_rank)rank) : -EINVAL;
}

static sysret_t count_asked(void)
{
	struct tlb_counts counts;

	tlb_count(&counts);
	return (sysret_t)counts.asks;
}

/* What the watchdog is for. */
static __noreturn void stick(void)
{
	static struct lock lock = LOCK_INIT("ktest", RANK_LOG);

	lock_acquire(&lock);
	for (;;)
		cpu_relax();
}

sysret_t sys_ktest(const struct trapframe *call)
{
	if (!allowed)
		return syscall_missing(call);
	switch ((enum ktest_op)arg_uint(call, 0)) {
	case KTEST_CENSUS:
		return hold_census();
	case KTEST_FREE:
		return count_free();
	case KTEST_FAIL:
		return set_failures(arg_u64(call, 1), arg_uint(call, 2));
	case KTEST_FAILED:
		return (sysret_t)failalloc_count();
	case KTEST_KILL:
		boundary_kill_at(current_thread()->process, arg_uint(call, 1));
		return 0;
	case KTEST_KILLED:
		return (sysret_t)boundary_kills();
	case KTEST_CONTENDED:
		return count_contended(arg_uint(call, 1));
	case KTEST_ASKED:
		return count_asked();
	case KTEST_STICK:
		stick();
	}
	return -EINVAL;
}
