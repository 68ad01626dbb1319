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
 * Send `signo` (1..64) to the process, or to its thread of that number, if there is one: one that
 * kills begins the end of the process, one that is ignored vanishes, others become pending; whom it
 * concerns is woken. The process must stay: tree_lock is held, or it is the current one. Takes
 * RANK_KIN, RANK_PROCESS.
 */
void signal_send_process(struct process *process, int signo);
void signal_send_thread(struct process *process, int64_t tid, int signo);

/* A child of `parent`, whose lock must be held, has changed: SIGCHLD, and its wait4 looks. */
void signal_parent(struct process *parent);

/*
 * A fault of the current thread: the signal ends its process, blocked or not. The caller has told
 * of it on the log. Takes RANK_PROCESS.
 */
void signal_fault(struct thread *thread, const struct signal_info *info);

/* Is a signal pending that `thread` does not block and that does something? */
bool signal_pending(const struct thread *thread);

/* Is `thread` to end, so that even an uninterruptible call should stop? */
bool signal_fatal_pending(const struct thread *thread);

/*
 * The result of a call that a signal interrupts: `restart` is ERESTARTSYS or another of those
 * numbers, which signal_deliver() turns into what the program sees.
 */
sysret_t signal_interrupted(struct thread *thread, int restart);

/* Change the current thread's mask; SIGKILL and SIGSTOP stay unblocked. Takes RANK_PROCESS. */
void signal_set_blocked(struct thread *thread, sigset_t blocked);

/*
 * Deliver pending signals of the current thread, whose call (if it was in one) has its result:
 * ignored ones vanish; one that stops makes the thread wait; a fatal one starts the exit of its
 * process. An interrupted call is set up to be restarted. Called by the exit loop. Takes RANK_TREE.
 */
void signal_deliver(struct thread *thread);

/* Is the default action of `signo` to end the process? To be ignored? */
bool signal_default_kills(int signo);
bool signal_default_ignores(int signo);
