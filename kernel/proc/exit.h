/* The end of threads and processes. */
#pragma once

#include "proc/process.h"

/*
 * Let every thread of the process end; `wait_status` is as wait4 returns it (code << 8, or the
 * signal's number). Nothing if that is so already. The process's lock must be held.
 */
void process_kill(struct process *process, int wait_status);

/* The same for all its threads but the current one, which execve() leaves. As above. */
void process_kill_others(struct thread *current);

/*
 * Begin the end of the current thread, which gives everything back in chunks from a continuation
 * that nothing aborts. The last thread of a process takes it along. Returns SYS_AGAIN.
 */
sysret_t exit_begin(struct thread *thread);

/* End the current process, or just the current thread; returns SYS_AGAIN. Takes RANK_PROCESS. */
sysret_t exit_process(struct thread *thread, int wait_status);
sysret_t exit_thread(struct thread *thread, int wait_status);

/*
 * Called by exit, when the first process has ended and all others are gone; registered by main.
 * Unless it ends the machine, its last thread waits for ever.
 */
extern void (*exit_last)(int wait_status);
