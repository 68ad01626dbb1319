/*
 * The files of the boot modules, which are cpio archives (lib/cpio.h). They are read where the
 * loader put them, and can be executed. A later archive's files take the place of an earlier one's.
 */
#pragma once

#include "mm/object.h"

/* Make the cache, and let execve() find its files here. At boot, after the frame allocator. */
void archive_init(void);

/* Add the files of the archive of `size` bytes at `base`, which stays there; errors are told. */
void archive_add(const void *base, uint64_t size);

/*
 * The executable at `path`, as execve() looks for it from the root, with a reference; or NULL and
 * *error: -ENOENT, -ENOTDIR, -EACCES (a directory, or not executable), -ENAMETOOLONG, -ENOMEM.
 */
struct vm_object *archive_lookup(const char *path, int *error);

/* The contents of the file at the absolute `path`, without "." and "..", or NULL. At boot. */
const void *archive_read(const char *path, size_t *size);
