/* fork(), and clone() of a process. */
#pragma once

#include "abi/sched.h"

#include "proc/process.h"

/*
 * Copy the current process: the child's pid, -ENOMEM, or SYS_AGAIN or SYS_BLOCKED while it goes on
 * from a continuation. `call` says what the child has of its own.
 */
sysret_t fork_process(struct thread *thread, const struct fork_call *call);
