/*
 * Descriptors and the objects behind them. A file is anything with these operations; fs/ and dev/
 * define them. Tables are copied by fork, files are shared.
 */
#pragma once

#include "core/lock.h"
#include "core/sysret.h"
#include "lib/addr.h"

#define FD_MAX 64 /* descriptors a process can have: bits of a word */

struct file;
struct io;

struct file_ops {
	/*
	 * Read into or write from the memory of `io`, at most a piece of bounded length: the bytes
	 * done (0: end of file), with `io` moved on by as many; or a negative errno, SYS_AGAIN,
	 * SYS_FAULT_WAIT; or SYS_BLOCKED with the current thread waiting for the file to be ready.
	 */
	sysret_t (*read)(struct file *file, struct io *io);
	sysret_t (*write)(struct file *file, struct io *io);
	sysret_t (*ioctl)(struct file *file, unsigned request, uint64_t arg);
	/* The last reference is gone. */
	void (*release)(struct file *file);
};

struct file {
	const struct file_ops *ops;
	uint32_t refs; /* atomic */
	void *private; /* the owner's */
};

struct fdtable {
	struct lock lock;
	uint32_t refs;		    /* atomic: processes */
	uint64_t open;		    /* [lock] a bit for each descriptor that is open */
	struct file *files[FD_MAX]; /* [lock] NULL where none is */
};

/* Make the cache. At boot, after the frame allocator. */
void fdtables_init(void);

/* One more reference; one less. */
void file_get(struct file *file);
void file_put(struct file *file);

/* An empty table, or a copy of `from`; NULL without memory. */
struct fdtable *fdtable_create(void);
struct fdtable *fdtable_copy(struct fdtable *from);

/* One reference less; with the last, all its files are put. */
void fdtable_put(struct fdtable *table);

/* The file behind `fd` with a reference for the caller (file_put), or NULL. Takes RANK_OBJECT. */
struct file *fdtable_get(struct fdtable *table, int fd);

/*
 * Put `file` at `fd`, which must be free and below FD_MAX; the table takes over the caller's
 * reference. Takes RANK_OBJECT.
 */
void fdtable_set(struct fdtable *table, int fd, struct file *file);
