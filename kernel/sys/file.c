/* read, write, writev, ioctl. */
#include "abi/errno.h"
#include "abi/uio.h"
#include "proc/process.h"
#include "proc/signal.h"
#include "proc/usercopy.h"
#include "sys/args.h"
#include "sys/syscall.h"

#define IOVECS_A_COPY 32

/* Linux's access_ok(): the range lies in the user half, whatever is mapped there. */
static bool in_user_half(uint64_t addr, uint64_t n)
{
	return n <= USER_END && addr <= USER_END - n;
}

/* --- going on with a transfer --- */

/* The call ends: what was done counts more than what then went wrong. */
static sysret_t finish(struct thread *thread, sysret_t result)
{
	struct io *io = &thread->cont.io;

	file_put(io->file);
	return io->done ? (sysret_t)io->done : result;
}

static void transfer_abort(struct thread *thread)
{
	thread_cancel_wait(thread);
	file_put(thread->cont.io.file);
}

/* A piece had this result: the end, or `again` at once or when the thread is woken. */
static sysret_t after_piece(struct thread *thread, sysret_t result,
			    sysret_t (*again)(struct thread *thread))
{
	if (result == SYS_BLOCKED && signal_pending(thread)) {
		thread_cancel_wait(thread);
		return finish(thread, signal_interrupted(thread, ERESTARTSYS));
	}
	if (sysret_is_result(result))
		return finish(thread, result);
	return thread_continue(thread, result == SYS_BLOCKED ? SYS_BLOCKED : SYS_AGAIN, again,
			       transfer_abort, CONT_INTERRUPTIBLE);
}

static sysret_t write_again(struct thread *thread);

static sysret_t write_piece(struct thread *thread)
{
	struct io *io = &thread->cont.io;
	sysret_t result = io->left ? io->file->ops->write(io->file, io) : 0;

	if (result > 0) {
		io->done += (uint64_t)result;
		result = io->left ? SYS_AGAIN : 0;
	}
	return after_piece(thread, result, write_again);
}

static sysret_t write_again(struct thread *thread)
{
	thread_cancel_wait(thread);
	if (signal_pending(thread))
		return finish(thread, signal_interrupted(thread, ERESTARTSYS));
	return write_piece(thread);
}

/* One piece is all that is read. */
static sysret_t read_piece(struct thread *thread)
{
	struct io *io = &thread->cont.io;

	thread_cancel_wait(thread);
	if (signal_pending(thread))
		return finish(thread, signal_interrupted(thread, ERESTARTSYS));
	return after_piece(thread, io->left ? io->file->ops->read(io->file, io) : 0, read_piece);
}

/* --- the calls --- */

/* Start a transfer in the continuation; false: no such descriptor. */
static bool begin(struct thread *thread, int fd)
{
	struct file *file = fdtable_get(thread->process->fds, fd);

	thread->cont.io = (struct io){.file = file};
	return file != NULL;
}

static int take_buffer(struct io *io, uaddr_t buf, uint64_t count)
{
	if (!in_user_half(buf.raw, count))
		return -EFAULT;
	io->base = buf;
	io->left = MIN(count, MAX_RW_COUNT);
	return 0;
}

sysret_t sys_read(const struct trapframe *call)
{
	struct thread *thread = current_thread();
	struct io *io = &thread->cont.io;
	int error;

	if (!begin(thread, arg_int(call, 0)))
		return -EBADF;
	error = take_buffer(io, arg_uaddr(call, 1), arg_u64(call, 2));
	if (error)
		return finish(thread, error);
	return after_piece(thread, io->left ? io->file->ops->read(io->file, io) : 0, read_piece);
}

sysret_t sys_write(const struct trapframe *call)
{
	struct thread *thread = current_thread();
	int error;

	if (!begin(thread, arg_int(call, 0)))
		return -EBADF;
	error = take_buffer(&thread->cont.io, arg_uaddr(call, 1), arg_u64(call, 2));
	return error ? finish(thread, error) : write_piece(thread);
}

/* Check `n` parts of a vector, and add their lengths up to what a call may transfer. */
static int check_iovecs(const struct iovec *part, unsigned n, uint64_t *total)
{
	int error = 0;

	for (unsigned i = 0; i < n; i++) {
		if ((int64_t)part[i].iov_len < 0)
			return -EINVAL;
		if (!in_user_half(part[i].iov_base, part[i].iov_len))
			error = -EFAULT;
		*total += MIN(part[i].iov_len, MAX_RW_COUNT - *total);
	}
	return error;
}

/*
 * Check the whole vector before anything is written. As on Linux a negative length anywhere is
 * worse than a bad address.
 */
static sysret_t take_vector(struct io *io, uaddr_t vector, unsigned count)
{
	struct iovec parts[IOVECS_A_COPY];
	sysret_t result = 0;

	if (count > UIO_MAXIOV)
		return -EINVAL;
	for (unsigned i = 0; i < count; i += IOVECS_A_COPY) {
		unsigned n = MIN(count - i, (unsigned)IOVECS_A_COPY);
		sysret_t error = copy_from_user(parts, UADDR(vector.raw + i * sizeof(*parts)),
						n * sizeof(*parts));

		if (error)
			return error;
		error = check_iovecs(parts, n, &io->left);
		if (error == -EINVAL)
			return error;
		if (error)
			result = error;
	}
	io->base = vector;
	io->segments = count;
	return result;
}

sysret_t sys_writev(const struct trapframe *call)
{
	struct thread *thread = current_thread();
	sysret_t error;

	if (!begin(thread, arg_int(call, 0)))
		return -EBADF;
	error = take_vector(&thread->cont.io, arg_uaddr(call, 1), arg_uint(call, 2));
	return error ? finish(thread, error) : write_piece(thread);
}

sysret_t sys_ioctl(const struct trapframe *call)
{
	struct file *file = fdtable_get(current_thread()->process->fds, arg_int(call, 0));
	sysret_t result;

	if (!file)
		return -EBADF;
	result = file->ops->ioctl(file, arg_uint(call, 1), arg_u64(call, 2));
	file_put(file);
	return result;
}
