/* Vectors of buffers: readv, writev (linux/uio.h). */
#pragma once

#include <stdint.h>

#define UIO_MAXIOV 1024

/* A call reads or writes at most so many bytes: INT_MAX rounded down to whole pages. */
#define MAX_RW_COUNT 0x7ffff000UL

struct iovec {
	uint64_t iov_base; /* a user address */
	uint64_t iov_len;  /* bytes */
};
