/* execve(), and the start of the first process. */
#pragma once

#include "proc/process.h"

/*
 * Finds the executable behind a path (NUL terminated), with a reference; registered by fs. NULL and
 * *error: -ENOENT, -ENOTDIR, -EACCES, -ENAMETOOLONG, -ELOOP.
 */
extern struct vm_object *(*exec_lookup)(const char *path, int *error);

/* Make the cache. At boot, after the frame allocator. */
void exec_init(void);

/*
 * Replace the current process's program by the file at `path` with `argv` and `envp`, arrays of
 * user pointers that end with NULL. SYS_AGAIN while it goes on, SYS_FRAME_SET when it is done;
 * -ENOENT, -EACCES, -ENOEXEC, -E2BIG, -EFAULT, -ENAMETOOLONG, -ENOMEM, ... leave everything as it
 * was.
 */
sysret_t exec_process(struct thread *thread, uaddr_t path, uaddr_t argv, uaddr_t envp);

/*
 * Make the first process, init_process: the file at `path`; argument and environment strings from
 * kernel memory, each block NUL-separated, `args_size` and `env_size` bytes with the last NUL.
 * `fds` is its descriptor table, whose reference it takes over. Its one thread is not started: that
 * is for the caller, by sched_start(process_first_thread(init_process)). 0 or a negative errno,
 * after which the machine has nothing to do: nothing is given back.
 */
int exec_first(const char *path, const char *args, size_t args_size, const char *env,
	       size_t env_size, struct fdtable *fds);
