/*
 * The kernel's log: lines with a time stamp in a ring, and sinks (serial port, screen) that they
 * are written to. Until a task drains it, each line is written to the sinks at once; afterwards by
 * the task; in a panic at once again, and without any lock.
 */
#pragma once

#include "lib/base.h"

#define LOG_LINE_MAX 256

/*
 * A place where log text goes. `write` must not log, nor wait longer than a device takes. One whose
 * writing leads to a fault in a panic is left out from then on.
 */
struct log_sink {
	void (*write)(const char *text, size_t length);
	bool writing; /* in a panic */
	struct log_sink *next;
};

/* Add a sink; what the ring still holds is written to it first. At boot, before the task runs. */
void log_add_sink(struct log_sink *sink);

/* With the word quiet: what comes with every process, rather than once, is left out by its teller.
 */
extern bool log_quiet;

/* A line; the newline is added. Callable everywhere except in NMI context. Takes RANK_LOG. */
void log_line(const char *fmt, ...) __printf_like(1, 2);

/* A tell_fn (lib/tell.h): log_line() without a context. */
void log_tell(void *ctx, const char *fmt, ...) __printf_like(2, 3);

/*
 * From now on a task drains the log: a line only marks this CPU's work (CPU_WORK_LOG), and the exit
 * loop, where no lock is held, wakes the task.
 */
void log_use_task(void);

/*
 * Write at most one bounded piece of the ring to the sinks; false when there was none. For the
 * drain task; takes RANK_LOG.
 */
bool log_drain_some(void);

/* Everything left, to all sinks, now. For the end of the machine's work. Takes RANK_LOG. */
void log_flush(void);

/*
 * Panic mode: no locks, no ring, every line straight to the sinks, and each as a whole to `record`.
 * Cannot be left.
 */
void log_enter_panic(struct log_sink *record);

/*
 * The end of the ring as whole lines, as many as `size` bytes at `text` hold; returns the bytes.
 * For a panic: takes no lock.
 */
size_t log_last_lines(char *text, size_t size);
