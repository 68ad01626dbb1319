/* The end of threads and processes, and waiting for it. */
#pragma once

#include "proc/process.h"

/*
 * Begin the end of the current thread's process: `status` is as wait4 returns it (code << 8, or
 * the signal's number, with 0x80 for a core dump). Sets the continuation that gives everything
 * back in chunks; returns SYS_AGAIN. Called once a process; later callers join it.
 */
sysret_t exit_process(struct thread *thread, int wait_status);

/* wait4() on the children of the current process. */
sysret_t wait_for_child(struct thread *thread, int64_t pid, uaddr_t status, int options,
			uaddr_t rusage);

/*
 * Called by exit, when the first process has ended and all others are gone; registered by main.
 * Does not return.
 */
extern void (*exit_last)(int wait_status);
