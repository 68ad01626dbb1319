/* What the fuzz targets share. */
#pragma once

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "lib/fmt.h"
#include "lib/tell.h"

/* Run one case; libFuzzer calls it, and may be given a case by name as well. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A tell_fn: the line is formatted, so that its arguments are read, and dropped. */
static inline __printf_like(2, 3) void fuzz_tell(void *ctx, const char *fmt, ...)
{
	char line[256];
	va_list args;

	(void)ctx;
	va_start(args, fmt);
	fmt_vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
}

/* The case in a heap block of just its size, at an odd address; free it by fuzz_free(). */
static inline uint8_t *fuzz_copy(const uint8_t *data, size_t size)
{
	uint8_t *block = malloc(size + 1);

	if (size > 0)
		memcpy(block + 1, data, size);
	return block + 1;
}

static inline void fuzz_free(uint8_t *copy)
{
	free(copy - 1);
}
