/*
 * The user memory of one read or write: a buffer, or a vector of buffers, and how far the call has
 * come in it. Files transfer a bounded piece at a time and go on from here, so a large write can be
 * interrupted and waits without a stack.
 */
#pragma once

#include "core/sysret.h"
#include "lib/addr.h"

struct file;

struct io {
	struct file *file; /* a reference */
	uaddr_t base;	   /* the buffer; with `segments`, the vector of struct iovec */
	uint32_t segments; /* 0: one buffer */
	uint32_t segment;  /* the segment that is next, */
	uint64_t offset;   /* and how much of it (or of the buffer) is done, in bytes */
	uint64_t left;	   /* bytes to go in all */
	uint64_t done;	   /* bytes that the file has taken or given; the call's result */
};

/*
 * Copy up to `n` of the next bytes to `dst` and move on past them. Returns their number, which is
 * less than `n` at the end (0 then) and before memory that cannot be read; or when not one byte
 * could be copied -EFAULT, SYS_FAULT_WAIT, or SYS_AGAIN after many empty segments. Called with a
 * copy of the io, nothing is lost when the bytes find no room.
 */
__must_check sysret_t io_take(struct io *io, void *dst, size_t n);

/*
 * Copy `n` bytes, at most `left`, to the memory of an io without segments, and move on past them.
 * Returns `n`, or with nothing done -EFAULT or SYS_FAULT_WAIT.
 */
__must_check sysret_t io_give(struct io *io, const void *src, size_t n);
