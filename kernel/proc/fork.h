/* fork(). */
#pragma once

#include "proc/process.h"

/*
 * Copy the current process: the child's pid, -ENOMEM, or SYS_AGAIN or SYS_BLOCKED while it goes on
 * from a continuation.
 */
sysret_t fork_process(struct thread *thread);
