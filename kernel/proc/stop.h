/* Job control: processes that a signal has stopped, and SIGCONT, which lets them go on. */
#pragma once

#include "proc/process.h"

#define STOP_SIGNALS (SIGMASK(SIGSTOP) | SIGMASK(SIGTSTP) | SIGMASK(SIGTTIN) | SIGMASK(SIGTTOU))

/*
 * Stop the process for `signo`, and tell its parent; but nothing for a signal other than SIGSTOP
 * when nobody is there to continue it (its group is orphaned, as POSIX defines it). tree_lock held.
 */
void process_stop(struct process *process, int signo);

/* Let it go on, if it is stopped, and tell its parent. tree_lock held. */
void process_continue(struct process *process);

/* The current thread waits until its process is continued. */
void stop_current(struct thread *thread);
