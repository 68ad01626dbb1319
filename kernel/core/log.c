#include "core/log.h"

#include "arch/x86_64/cpu.h"
#include "arch/x86_64/cr.h"
#include "arch/x86_64/tsc.h"
#include "core/lock.h"
#include "lib/fmt.h"
#include "lib/string.h"
#include "lib/upcall.h"

#define RING_SIZE   KIB(32)
#define DRAIN_PIECE 128 /* bytes a drain turn writes: about 2,000 instructions on a serial port */

static struct lock log_lock = LOCK_INIT("log", RANK_LOG);
static char ring[RING_SIZE];   /* [log_lock] */
static uint64_t ring_end;      /* [log_lock] bytes ever written */
static uint64_t ring_drained;  /* [log_lock] bytes that the sinks have had, or lost */
static uint64_t ring_lost;     /* [log_lock] bytes lost that the sinks have not been told of */
static struct log_sink *sinks; /* written at boot only */
static bool drained_by_task;
static bool in_panic;
static struct log_sink *panic_record;
bool log_quiet;

static void sinks_write(const char *text, size_t length)
{
	for (struct log_sink *sink = sinks; sink; sink = sink->next) {
		if (sink->writing)
			continue;
		sink->writing = in_panic;
		sink->write(text, length);
		sink->writing = false;
	}
}

/* The longest piece from `from` on that does not wrap, at most `limit` bytes. */
static size_t ring_piece(uint64_t from, size_t limit, const char **text)
{
	size_t offset = from % RING_SIZE;

	*text = ring + offset;
	return MIN(MIN(ring_end - from, (uint64_t)limit), RING_SIZE - offset);
}

/* Sinks that are too slow lose the oldest lines. [log_lock] */
static void lose_oldest(void)
{
	uint64_t from = ring_end - RING_SIZE;

	while (ring[from % RING_SIZE] != '\n')
		from++;
	from++;
	ring_lost += from - ring_drained;
	ring_drained = from;
}

/* [log_lock] */
static void ring_append(const char *text, size_t length)
{
	for (size_t done = 0; done < length;) {
		size_t offset = ring_end % RING_SIZE;
		size_t piece = MIN(length - done, RING_SIZE - offset);

		memcpy(ring + offset, text + done, piece);
		ring_end += piece;
		done += piece;
	}
	if (ring_end - ring_drained > RING_SIZE)
		lose_oldest();
}

void log_add_sink(struct log_sink *sink)
{
	uint64_t from;

	lock_acquire(&log_lock);
	from = ring_end > RING_SIZE ? ring_end - RING_SIZE : 0;
	while (from < ring_end) {
		const char *text;
		size_t length = ring_piece(from, RING_SIZE, &text);

		sink->write(text, length);
		from += length;
	}
	sink->next = sinks;
	sinks = sink;
	ring_drained = ring_end;
	lock_release(&log_lock);
}

/* Copy the next piece that the sinks have not had, or a word on what they lost; its length. */
static size_t take_piece(char *piece)
{
	const char *text;
	size_t length;

	lock_acquire(&log_lock);
	if (ring_lost) {
		length = (size_t)fmt_snprintf(piece, DRAIN_PIECE,
					      "\n(%lu bytes of the log were lost)\n", ring_lost);
		ring_lost = 0;
	} else {
		length = ring_piece(ring_drained, DRAIN_PIECE, &text);
		memcpy(piece, text, length);
		ring_drained += length;
	}
	lock_release(&log_lock);
	return length;
}

/*
 * The lock is not held while the sinks write, which takes long. One CPU at a time drains, so that
 * the pieces stay in order.
 */
bool log_drain_some(void)
{
	static bool draining;
	char piece[DRAIN_PIECE];
	size_t length;

	while (__atomic_exchange_n(&draining, true, __ATOMIC_ACQUIRE)) {
		cpu_relax();
		smp_poll();
	}
	length = take_piece(piece);
	sinks_write(piece, length);
	__atomic_store_n(&draining, false, __ATOMIC_RELEASE);
	return length != 0;
}

void log_flush(void)
{
	while (log_drain_some())
		;
}

/* "[seconds.microseconds] text\n"; returns the length. */
static size_t format_line(char *line, const char *fmt, va_list args)
{
	uint64_t us = clock_ns() / 1000;
	int head = fmt_snprintf(line, LOG_LINE_MAX, "[%3lu.%06lu] ", us / 1000000, us % 1000000);
	int body = fmt_vsnprintf(line + head, LOG_LINE_MAX - 1 - (size_t)head, fmt, args);
	size_t length = MIN((size_t)(head + body), (size_t)LOG_LINE_MAX - 2);

	line[length++] = '\n';
	return length;
}

static void log_args(const char *fmt, va_list args)
{
	char line[LOG_LINE_MAX];
	size_t length = format_line(line, fmt, args);

	if (in_panic) {
		sinks_write(line, length);
		panic_record->write(line, length);
		return;
	}

	lock_acquire(&log_lock);
	ring_append(line, length);
	lock_release(&log_lock);
	if (drained_by_task)
		this_cpu()->work |= CPU_WORK_LOG;
	else
		log_flush();
}

void log_line(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	log_args(fmt, args);
	va_end(args);
}

void log_tell(void *ctx, const char *fmt, ...)
{
	va_list args;

	(void)ctx;
	va_start(args, fmt);
	log_args(fmt, args);
	va_end(args);
}

void log_use_task(void)
{
	drained_by_task = true;
}

size_t log_last_lines(char *text, size_t size)
{
	uint64_t oldest = ring_end > RING_SIZE ? ring_end - RING_SIZE : 0;
	uint64_t from = ring_end - oldest > size ? ring_end - size : oldest;
	size_t length = 0;

	/* Behind the end of a line, unless that is where the log begins. */
	while (from > 0 && from < ring_end && ring[(from - 1) % RING_SIZE] != '\n')
		from++;
	while (from < ring_end)
		text[length++] = ring[from++ % RING_SIZE];
	return length;
}

void log_enter_panic(struct log_sink *record)
{
	uint64_t from = ring_drained;

	panic_record = record;
	in_panic = true;
	while (from < ring_end) {
		const char *text;
		size_t length = ring_piece(from, RING_SIZE, &text);

		sinks_write(text, length);
		from += length;
	}
}
