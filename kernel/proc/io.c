#include "proc/io.h"

#include "abi/errno.h"
#include "abi/uio.h"
#include "proc/usercopy.h"

#define SEGMENTS_A_CALL 64 /* a bound on the work with empty ones */

/* Where the next bytes are, and how many there are in one piece; 0: that segment is done. */
static sysret_t next_piece(const struct io *io, uaddr_t *at, uint64_t *length)
{
	struct iovec segment;
	sysret_t error;

	if (!io->segments) {
		*at = UADDR(io->base.raw + io->offset);
		*length = io->left;
		return 0;
	}
	error = copy_from_user(&segment, UADDR(io->base.raw + io->segment * sizeof(segment)),
			       sizeof(segment));
	if (error)
		return error;
	/* The vector was checked, but another thread may have changed it since. */
	*at = UADDR(segment.iov_base + io->offset);
	*length = segment.iov_len > io->offset ? segment.iov_len - io->offset : 0;
	*length = MIN(*length, io->left);
	return 0;
}

static void advance(struct io *io, uint64_t n)
{
	io->offset += n;
	io->left -= n;
}

static void next_segment(struct io *io)
{
	io->segment++;
	io->offset = 0;
	if (io->segment >= io->segments)
		io->left = 0;
}

sysret_t io_take(struct io *io, void *dst, size_t n)
{
	size_t taken = 0;

	for (int round = 0; round < SEGMENTS_A_CALL && taken < n && io->left; round++) {
		uint64_t length;
		uaddr_t at;
		sysret_t error = next_piece(io, &at, &length);
		size_t piece, copied;

		if (error)
			return taken ? (sysret_t)taken : error;
		if (!length) {
			next_segment(io);
			continue;
		}
		piece = MIN(n - taken, length);
		copied = copy_from_user_partly((char *)dst + taken, at, piece, &error);
		advance(io, copied);
		taken += copied;
		if (copied < piece)
			return taken ? (sysret_t)taken : error;
	}
	return taken || !io->left ? (sysret_t)taken : SYS_AGAIN;
}

sysret_t io_give(struct io *io, const void *src, size_t n)
{
	sysret_t error = copy_to_user(UADDR(io->base.raw + io->offset), src, n);

	if (error)
		return error;
	advance(io, n);
	return (sysret_t)n;
}
