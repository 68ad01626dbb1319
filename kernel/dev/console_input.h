/* What is typed for programs: whole lines (line_input.h), which wait until somebody reads them. */
#pragma once

#include "core/waitq.h"

/* The oldest bytes that wait, as they were when they were looked at. */
struct console_piece {
	uint64_t at;	  /* so much had been taken before */
	unsigned entries; /* that go with it */
	unsigned n;	  /* bytes: 0 when nothing waits, or at the end of input */
	bool is_end;
};

/* At boot. Without it, and with `has_input` false, reading finds the end of input at once. */
void console_input_init(bool has_input);

/* There is no keyboard after all: who waits finds the end. Takes RANK_CONSOLE, RANK_WAITQ. */
void console_input_end(void);

/* Bytes that were typed; they are shown. What finds no room is lost. Takes RANK_CONSOLE. */
void console_input(const char *bytes, unsigned n);

/*
 * Look at up to `limit` bytes of the oldest line, and then take them: false when somebody else was
 * faster. Takes RANK_CONSOLE.
 */
void console_input_peek(struct console_piece *piece, char *bytes, unsigned limit);
__must_check bool console_input_take(const struct console_piece *piece);

/* Queue the thread, which waits, for input. Takes RANK_WAITQ. */
void console_input_wait(struct waiter *waiter, struct thread *thread);
