/* execve(), and the start of the first process. */
#pragma once

#include "proc/process.h"

#define EXEC_ARGS_MAX (32 * 4096UL) /* bytes of argument and environment strings (Linux: more) */

/* Finds the object behind a path (NUL terminated); registered by fs. NULL and *error: -ENOENT... */
extern struct vm_object *(*exec_lookup)(const char *path, int *error);

/*
 * Replace the current process's program by the file at `path` with `argv` and `envp`, arrays of
 * user pointers that end with NULL. SYS_AGAIN while it goes on, SYS_FRAME_SET when it is done;
 * -ENOENT, -EACCES, -ENOEXEC, -E2BIG, -EFAULT, -ENAMETOOLONG, -ENOMEM leave everything as it was.
 */
sysret_t exec_process(struct thread *thread, uaddr_t path, uaddr_t argv, uaddr_t envp);

/*
 * Make the first process: the file at `path`; argument and environment strings from kernel memory,
 * each block NUL-separated, `argc` and `envc` strings. 0 or a negative errno.
 */
int exec_first(const char *path, const char *args, size_t args_size, const char *env,
	       size_t env_size);
