/* fork(). */
#pragma once

#include "proc/process.h"

/* Copy the current process: the child's pid, -ENOMEM, -EAGAIN, or SYS_AGAIN while it goes on. */
sysret_t fork_process(struct thread *thread);
