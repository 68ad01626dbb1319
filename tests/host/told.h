/*
 * A tell_fn (lib/tell.h) for tests: it collects the lines, formatted by the kernel's own code, so
 * that a conversion that this does not know is seen.
 */
#pragma once

#include "lib/base.h"

/* A tell_fn; `ctx` is not used. */
void told(void *ctx, const char *fmt, ...) __printf_like(2, 3);

/* Forget all lines. */
void told_reset(void);

/* How many lines were told since then, and whether one of the first ones contains `text`. */
unsigned told_count(void);
bool told_has(const char *text);

/* How often the first lines contain `text`. */
unsigned told_times(const char *text);
