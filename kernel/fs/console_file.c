#include "fs/console_file.h"

#include "abi/errno.h"
#include "dev/console.h"
#include "dev/console_input.h"
#include "lib/upcall.h"
#include "proc/io.h"
#include "proc/thread.h"

#define INPUT_PIECE 512

/* The oldest bytes, or the thread waits for some. */
static void look_at_input(struct thread *thread, struct console_piece *piece, char *bytes,
			  unsigned limit)
{
	console_input_peek(piece, bytes, limit);
	if (piece->n || piece->is_end)
		return;
	thread_prepare_wait(thread);
	console_input_wait(&thread->waiters[0], thread);
	console_input_peek(piece, bytes, limit);
	if (piece->n || piece->is_end)
		thread_cancel_wait(thread);
}

/* The bytes are copied first, and taken when that has gone well. */
static sysret_t console_read(struct file *file, struct io *io)
{
	char bytes[INPUT_PIECE];
	struct console_piece piece;
	struct io after = *io;
	sysret_t n;

	(void)file;
	look_at_input(current_thread(), &piece, bytes, (unsigned)MIN(io->left, sizeof(bytes)));
	if (!piece.n && !piece.is_end)
		return SYS_BLOCKED;
	n = piece.n ? io_give(&after, bytes, piece.n) : 0;
	if (n < 0)
		return n;
	if (!console_input_take(&piece))
		return SYS_AGAIN;
	*io = after;
	return n;
}

/* A piece is put whole or not at all, so that short lines of several processes do not mix. */
static sysret_t console_write(struct file *file, struct io *io)
{
	struct thread *thread = current_thread();
	char piece[CONSOLE_PIECE];
	struct io after = *io;
	sysret_t n = io_take(&after, piece, sizeof(piece));

	(void)file;
	if (n == SYS_AGAIN)
		*io = after; /* past segments without bytes */
	if (n <= 0)
		return n;
	if (!console_put(piece, (size_t)n)) {
		thread_prepare_wait(thread);
		console_wait(&thread->waiters[0], thread);
		if (!console_put(piece, (size_t)n))
			return SYS_BLOCKED;
		thread_cancel_wait(thread);
	}
	*io = after;
	return n;
}

static sysret_t console_ioctl(struct file *file, unsigned request, uint64_t arg)
{
	(void)file;
	(void)request;
	(void)arg;
	return -ENOTTY;
}

static void console_release(struct file *file)
{
	panic("file %p, the console, has lost its own reference", (void *)file);
}

static const struct file_ops console_ops = {
	.read = console_read,
	.write = console_write,
	.ioctl = console_ioctl,
	.release = console_release,
};

struct file *console_file(void)
{
	static struct file console = {.ops = &console_ops, .refs = 1};

	file_get(&console);
	return &console;
}
