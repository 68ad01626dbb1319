/*
 * What the commands print: kept, and written to the serial port when no lock is held. Used by the
 * monitor's task alone; after a panic by the only CPU that runs.
 */
#pragma once

#include "dev/uart.h"
#include "lib/print.h"

/* The port that it goes to, or UARTS: none. Once, at boot. */
void output_use(enum uart uart);

/* From now on it goes to the screen too: somebody uses the keyboard. */
void output_show(void);

/* A printer's write. What does not fit any more makes all before it be written at once. */
void output_write(struct printer *out, const char *text, size_t length);

/* Write a piece, at most what the port's FIFO holds; false: there was none. Takes RANK_PORT. */
bool output_drain_some(void);
