/* Waiting for children. */
#pragma once

#include "proc/process.h"

/*
 * wait4() on the children of the current process: `pid` and `options` are Linux's and have been
 * checked. `status` and `rusage` may be NULL. The child's pid, 0 with WNOHANG, -ECHILD, -EFAULT
 * (the child is gone all the same), -ERESTARTSYS, or SYS_BLOCKED.
 */
sysret_t wait_for_child(struct thread *thread, int64_t pid, uaddr_t status, int options,
			uaddr_t rusage);

/*
 * Panic when a thread is parked in wait4() although a child that it waits for has ended: its
 * wake-up was lost. For idle CPUs of debug builds. Takes RANK_TREE, RANK_PROCESS.
 */
void wait_check_parked(void);
