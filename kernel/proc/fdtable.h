/*
 * Descriptors and the objects behind them. A file is anything with these operations; fs/ and dev/
 * define them. Tables are copied by fork, files are shared.
 */
#pragma once

#include "core/lock.h"
#include "core/sysret.h"
#include "lib/addr.h"

#define FD_MAX 64 /* descriptors a process can have */

struct file;

struct file_ops {
	/* Read or write up to `n` bytes at user address `buf`: bytes done, or a negative errno. */
	sysret_t (*read)(struct file *file, uaddr_t buf, size_t n);
	sysret_t (*write)(struct file *file, uaddr_t buf, size_t n);
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
	uint32_t refs;		      /* atomic: processes */
	struct file *files[FD_MAX];   /* [lock] */
};

/* One more reference; one less. */
void file_get(struct file *file);
void file_put(struct file *file);

/* An empty table, or a copy of `from`; NULL without memory. */
struct fdtable *fdtable_create(void);
struct fdtable *fdtable_copy(struct fdtable *from);
void fdtable_put(struct fdtable *table);

/* The file behind `fd` with a reference for the caller, or NULL. Takes RANK_OBJECT. */
struct file *fdtable_get(struct fdtable *table, int fd);

/* Put `file` at `fd`; the table takes over the caller's reference. */
void fdtable_set(struct fdtable *table, int fd, struct file *file);
