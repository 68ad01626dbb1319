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

/*
 * Who drains writes to slow devices, and reads what the ring has meanwhile without its lock: nobody
 * overwrites that before shown_total has gone by.
 */
static struct lock drain_lock = LOCK_INIT("console's drain", RANK_CONSOLE);
static struct lock ring_lock = LOCK_INIT("console", RANK_RING);
static char ring[RING_SIZE]; /* [ring_lock] to put */
static uint64_t put_total;   /* [ring_lock] bytes ever put, */
static uint64_t sent_total;  /* [drain_lock] of these, given to the port, */
static uint64_t shown_total; /* [both] and of these, to the screen: they leave the ring */
static struct waitq room;    /* writers that wait */
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
	fits = n <= RING_SIZE - (put_total - shown_total);
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

/* Bytes from `from` to `to`, in one piece of at most `limit`. */
static size_t piece_of(uint64_t from, uint64_t to, const char **bytes, size_t limit)
{
	size_t offset = from % RING_SIZE;

	*bytes = ring + offset;
	return MIN(MIN(limit, to - from), RING_SIZE - offset);
}

static uint64_t put_so_far(void)
{
	uint64_t total;

	lock_acquire(&ring_lock);
	total = put_total;
	lock_release(&ring_lock);
	return total;
}

/* Give the port what it takes, up to a turn's bytes; false when it takes no more. [drain_lock] */
static bool send_some(void)
{
	uint64_t end = put_so_far();
	size_t todo = TURN_BYTES;

	while (todo && sent_total < end) {
		const char *bytes;
		size_t n = piece_of(sent_total, end, &bytes, todo);

		n = uart_try_write(UART_COM1, bytes, n);
		if (!n)
			return false;
		sent_total += n;
		todo -= n;
	}
	return true;
}

/* Show what was sent, as much as the screen does at once. How much is left in all? [drain_lock] */
static uint64_t show_some(void)
{
	const char *bytes;
	size_t n = piece_of(shown_total, sent_total, &bytes, TURN_BYTES);
	uint64_t left;

	if (use_screen && n)
		n = screen_write(bytes, n);
	lock_acquire(&ring_lock);
	shown_total += n;
	left = put_total - shown_total;
	lock_release(&ring_lock);
	return left;
}

enum drain_result { DRAIN_EMPTY, DRAIN_MORE, DRAIN_BUSY };

/* The lock keeps the order of the bytes. */
static enum drain_result drain_some(bool *has_room)
{
	enum drain_result result = DRAIN_MORE;
	uint64_t left;
	bool ready;

	lock_acquire(&drain_lock);
	ready = send_some();
	left = show_some();
	if (left == 0)
		result = DRAIN_EMPTY;
	else if (!ready && shown_total == sent_total)
		result = DRAIN_BUSY;
	*has_room = left <= RING_SIZE / 2;
	lock_release(&drain_lock);
	return result;
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
		thread_wake_at(task, clock_ns() + RETRY_NS);
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
	uint64_t left;

	lock_acquire(&drain_lock);
	do {
		const char *bytes;
		size_t n = piece_of(sent_total, put_so_far(), &bytes, TURN_BYTES);

		uart_write(UART_COM1, bytes, n);
		sent_total += n;
		left = show_some();
	} while (left);
	lock_release(&drain_lock);
}
