/*
 * Where text goes that is made piece by piece: to a serial line, the log, or a file. What tells
 * something at length (tables, statistics) takes a printer, and does not care which it is.
 */
#pragma once

#include "lib/base.h"

#define PRINT_MAX 256

struct printer {
	void (*write)(struct printer *out, const char *text, size_t length);
};

/* Print there, at most PRINT_MAX - 1 bytes a call (fmt.h). Takes what the printer's write takes. */
void print(struct printer *out, const char *fmt, ...) __printf_like(2, 3);
