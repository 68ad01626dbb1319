/*
 * How the parsers of untrusted tables tell what they found wrong: by a callback, so that they run
 * on the host too. Each call is one whole line, without a line end.
 */
#pragma once

#include "lib/base.h"

typedef void (*tell_fn)(void *ctx, const char *fmt, ...) __printf_like(2, 3);
