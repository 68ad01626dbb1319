#include "dev/console.h"

#include "arch/x86_64/tsc.h"
#include "core/lock.h"
#include "dev/screen.h"
#include "dev/uart.h"
#include "lib/string.h"
#include "lib/upcall.h"
#include "proc/ktask.h"

#define RING_SIZE  KIB(16)
#define TURN_BYTES 256	     /* that a turn of the task drains at most */
#define RETRY_NS   500000ULL /* a FIFO of 16 bytes at 115200 baud is empty after 1.4 ms */

static struct lock ring_lock = LOCK_INIT("console", RANK_CONSOLE);
static char ring[RING_SIZE];   /* [ring_lock] */
static uint64_t put_total;     /* [ring_lock] bytes ever put, */
static uint64_t drained_total; /* [ring_lock] and drained */
static struct waitq room;      /* writers that wait */
static struct thread *drain_task;
static bool use_screen; /* set at boot */

void console_use_screen(void)
{
	use_screen = true;
}

bool console_put(const char *bytes, size_t n)
{
	bool fits;

	lock_acquire(&ring_lock);
	fits = n <= RING_SIZE - (put_total - drained_total);
	if (fits) {
		size_t offset = put_total % RING_SIZE;
		size_t first = MIN(n, RING_SIZE - offset);

		memcpy(ring + offset, bytes, first);
		memcpy(ring, bytes + first, n - first);
		put_total += n;
	}
	lock_release(&ring_lock);
	thread_wake(drain_task);
	return fits;
}

void console_wait(struct waiter *waiter, struct thread *thread)
{
	waitq_add(&room, waiter, thread);
}

/* The oldest bytes, in one piece of at most `limit`. [ring_lock] */
static size_t oldest(const char **bytes, size_t limit)
{
	size_t offset = drained_total % RING_SIZE;

	*bytes = ring + offset;
	return MIN(MIN(limit, put_total - drained_total), RING_SIZE - offset);
}

/* [ring_lock] */
static void note_drained(const char *bytes, size_t n)
{
	if (use_screen)
		screen_write(bytes, n);
	drained_total += n;
}

enum drain_result { DRAIN_EMPTY, DRAIN_MORE, DRAIN_BUSY };

/* Give the port what it takes, up to a turn's bytes; the lock keeps the order of the bytes. */
static enum drain_result drain_some(bool *has_room)
{
	enum drain_result result;
	size_t todo = TURN_BYTES, n;

	lock_acquire(&ring_lock);
	do {
		const char *bytes;

		n = oldest(&bytes, todo);
		if (n)
			n = uart_try_write(UART_COM1, bytes, n);
		note_drained(bytes, n);
		todo -= n;
	} while (n && todo);
	if (put_total == drained_total)
		result = DRAIN_EMPTY;
	else
		result = n ? DRAIN_MORE : DRAIN_BUSY;
	*has_room = put_total - drained_total <= RING_SIZE / 2;
	lock_release(&ring_lock);
	return result;
}

static void port_retry(struct timer *timer)
{
	thread_wake(container_of(timer, struct thread, timer));
}

static sysret_t drain_turn(struct thread *task)
{
	enum drain_result result;
	bool has_room;

	thread_cancel_wait(task);
	/* Waiting first: a put that comes after the look at the ring undoes it. */
	thread_prepare_wait(task);
	result = drain_some(&has_room);
	if (has_room)
		waitq_wake_all(&room);
	if (result == DRAIN_MORE) {
		thread_cancel_wait(task);
		return SYS_AGAIN;
	}
	if (result == DRAIN_BUSY)
		timer_set(&task->timer, clock_ns() + RETRY_NS, port_retry);
	return SYS_BLOCKED;
}

bool console_start(void)
{
	waitq_init(&room);
	drain_task = ktask_start("console", drain_turn);
	return drain_task != NULL;
}

void console_flush_sync(void)
{
	const char *bytes;
	size_t n;

	lock_acquire(&ring_lock);
	while ((n = oldest(&bytes, TURN_BYTES))) {
		uart_write(UART_COM1, bytes, n);
		note_drained(bytes, n);
	}
	lock_release(&ring_lock);
}
