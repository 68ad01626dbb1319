#include "fs/console_file.h"

#include "abi/errno.h"
#include "dev/console.h"
#include "lib/upcall.h"
#include "proc/io.h"
#include "proc/thread.h"

static sysret_t console_read(struct file *file, struct io *io)
{
	(void)file;
	(void)io;
	return 0;
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
