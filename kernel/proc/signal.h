/*
 * Signals: sending, and what the exit loop does with pending ones. Handlers come with rt_sigaction;
 * until then every signal has its default action.
 */
#pragma once

#include "proc/process.h"

/* Why a fault's signal was sent, for the log. */
struct signal_info {
	int signo;
	int code;      /* SEGV_MAPERR, ... */
	uint64_t addr; /* the faulting address or instruction */
};

/*
 * Make `signo` (1..64) pending for the process, or for one thread, and wake whom it concerns.
 * tree_lock must be held.
 */
void signal_send_process(struct process *process, int signo);
void signal_send_thread(struct thread *thread, int signo);

/*
 * A fault of the current thread: the signal is forced (unblocked), told on the log with `tf`'s
 * registers, and taken by the exit loop like any other. Takes RANK_TREE.
 */
void signal_fault(struct thread *thread, const struct signal_info *info);

/* Is a signal pending that `thread` does not block and that does something? */
bool signal_pending(const struct thread *thread);

/* Is a fatal signal pending that ends even an uninterruptible call? */
bool signal_fatal_pending(const struct thread *thread);

/*
 * Deliver pending signals of the current thread: ignored ones vanish; a fatal one starts the exit
 * of its process. Called by the exit loop. Takes RANK_TREE.
 */
void signal_deliver(struct thread *thread);

/* Is the default action of `signo` to end the process? To be ignored? */
bool signal_default_kills(int signo);
bool signal_default_ignores(int signo);
