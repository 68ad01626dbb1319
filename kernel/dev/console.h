/*
 * The programs' console: a ring of bytes on their way to COM1, and a kernel task that drains it, as
 * fast as the port takes them. Who finds no room waits.
 */
#pragma once

#include "core/waitq.h"

#define CONSOLE_PIECE 1024 /* bytes that are put at once or not at all */

/* Make the ring and start the task that drains it; COM1 is open. False without memory. */
__must_check bool console_start(void);

/* Show what programs write on the screen (screen.h) too. At boot. */
void console_use_screen(void);

/* Put `n` (at most CONSOLE_PIECE) bytes; false when there is no room. Takes RANK_RING. */
__must_check bool console_put(const char *bytes, size_t n);

/* Queue the thread, which waits, for room. Takes RANK_WAITQ. */
void console_wait(struct waiter *waiter, struct thread *thread);

/* Write what the ring holds, now. For the end of the machine's work. Takes RANK_CONSOLE,
 * RANK_RING. */
void console_flush_sync(void);
