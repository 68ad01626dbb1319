/*
 * The scheduler: one run queue a CPU, time slices, and threads that move to idle CPUs. Which thread
 * runs is decided in the exit loop only (kernel/entry.c), by sched_pick().
 */
#pragma once

#include "proc/thread.h"

#define SLICE_NS 4000000ULL

/* Nanoseconds that a thread runs before others get their turn; the word slice= changes it. */
extern uint64_t sched_slice_ns;

/* Make the run queue of this CPU. At its boot, before it enters the exit loop. */
void sched_init_cpu(void);

/* Put a RUNNABLE thread on the run queue of a CPU that it may run on. Takes RANK_RUNQ. */
void sched_start(struct thread *thread);

/*
 * The next thread for this CPU, made current (its frame is in the slot; the caller switches to its
 * space), or NULL when there is nothing to do: the CPU is idle then. Takes RANK_RUNQ.
 */
struct thread *sched_pick(struct trapframe *slot);

/*
 * The current thread leaves the CPU: registers, FPU, selectors and bases are saved. As WAITING it
 * is parked (false: it was woken meanwhile and stays current), as RUNNING it goes back to a queue.
 */
bool sched_park(struct thread *thread, struct trapframe *slot);
void sched_requeue(struct thread *thread, struct trapframe *slot);

/* The current thread is dead: forget it. */
void sched_drop(struct thread *thread);

/* The current thread stays, for another slice. */
void sched_renew_slice(void);

/*
 * Let `thread` run only on the CPUs of `mask` (CPU_WORDS words), at least one of which is online.
 * It leaves another CPU at once, at the latest when its system call ends. Its process's lock must
 * be held.
 */
void sched_set_affinity(struct thread *thread, const uint64_t *mask);

/* Nanoseconds that the thread has run; exact for the current one. */
uint64_t sched_run_ns(const struct thread *thread);

/* Let every other runnable thread of this CPU go first (sched_yield). */
void sched_yield_current(void);

/* Should the current thread make room: does another wait here, or may it not run here any more? */
bool sched_should_leave(const struct thread *thread);

/*
 * Does every thread but the current one wait for something? Certain while the machine stands still
 * (core/standstill.h); else a hint.
 */
bool sched_others_rest(void);

/*
 * The first `max` threads that wait for CPU `cpu`, in order, by their tids; the number of all.
 * Takes RANK_RUNQ, but nothing in a panic.
 */
uint32_t sched_queue(uint32_t cpu, int64_t *tids, uint32_t max);
