/* Job control: processes that a signal has stopped, and SIGCONT, which lets them go on. */
#pragma once

#include "proc/process.h"

#define STOP_SIGNALS (SIGMASK(SIGSTOP) | SIGMASK(SIGTSTP) | SIGMASK(SIGTTIN) | SIGMASK(SIGTTOU))

/*
 * Stop the process for `signo`; but nothing for a signal other than SIGSTOP when nobody is there to
 * continue it (its group is orphaned, as POSIX defines it). tree_lock and its lock must be held;
 * its parent is to be told without that (process_tell_news()).
 */
void process_stop(struct process *process, int signo);

/* Let it go on. True: it was stopped, and its parent is to be told. Its lock must be held. */
bool process_continue(struct process *process);

/*
 * Tell its parent that it was stopped or goes on: STATUS_STOPPED() or STATUS_CONTINUED
 * (abi/wait.h). Its `kin` must be held. Takes RANK_PROCESS.
 */
void process_tell_news(struct process *process, int status);

/* The current thread waits until its process is continued. */
void stop_current(struct thread *thread);
