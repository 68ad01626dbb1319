#include "dev/console_input.h"

#include "core/lock.h"
#include "dev/console.h"
#include "dev/line_input.h"

#define RING_SIZE 4096
#define END_MARK  0x100 /* in the ring: a line that Ctrl-D has ended ends here */

static struct lock input_lock = LOCK_INIT("console input", RANK_CONSOLE);
static uint16_t ring[RING_SIZE];	/* [input_lock] bytes of whole lines, */
static uint64_t put_total, taken_total; /* [input_lock] ever put, and taken */
static bool has_input;			/* [input_lock] */
static struct line_input line;		/* [input_lock] */
static struct waitq readers;

void console_input_init(bool input)
{
	waitq_init(&readers);
	has_input = input;
}

void console_input_end(void)
{
	lock_acquire(&input_lock);
	has_input = false;
	lock_release(&input_lock);
	waitq_wake_all(&readers);
}

/* The line has ended. [input_lock] */
static void put_line(void)
{
	bool ends_itself = line.n && line.bytes[line.n - 1] == '\n';

	if (RING_SIZE - (put_total - taken_total) >= line.n + !ends_itself) {
		for (size_t i = 0; i < line.n; i++)
			ring[put_total++ % RING_SIZE] = (unsigned char)line.bytes[i];
		if (!ends_itself)
			ring[put_total++ % RING_SIZE] = END_MARK;
	}
	line.n = 0;
}

void console_input(const char *bytes, unsigned n)
{
	bool ended = false;

	for (unsigned i = 0; i < n; i++) {
		struct line_echo echo;

		lock_acquire(&input_lock);
		if (has_input && line_input(&line, bytes[i], &echo)) {
			put_line();
			ended = true;
		} else if (!has_input) {
			echo.n = 0;
		}
		lock_release(&input_lock);
		if (echo.n && !console_put(echo.bytes, MIN(echo.n, (size_t)CONSOLE_PIECE)))
			continue; /* the output is full: it is not shown */
	}
	if (ended)
		waitq_wake_all(&readers);
}

/* Is the line that the piece is of over with this entry? */
static bool is_last(uint16_t entry)
{
	return entry == END_MARK || entry == '\n';
}

void console_input_peek(struct console_piece *piece, char *bytes, unsigned limit)
{
	uint16_t entry = 0;

	lock_acquire(&input_lock);
	*piece = (struct console_piece){.at = taken_total};
	while (piece->at + piece->entries < put_total && !is_last(entry)) {
		entry = ring[(piece->at + piece->entries) % RING_SIZE];
		if (entry != END_MARK && piece->n == limit)
			break;
		piece->entries++;
		if (entry != END_MARK)
			bytes[piece->n++] = (char)entry;
	}
	piece->is_end = !piece->n && (piece->entries || !has_input);
	lock_release(&input_lock);
}

bool console_input_take(const struct console_piece *piece)
{
	bool is_same;

	lock_acquire(&input_lock);
	is_same = taken_total == piece->at;
	if (is_same)
		taken_total += piece->entries;
	lock_release(&input_lock);
	return is_same;
}

void console_input_wait(struct waiter *waiter, struct thread *thread)
{
	waitq_add(&readers, waiter, thread);
}
