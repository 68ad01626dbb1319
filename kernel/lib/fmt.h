/*
 * Formatted text, a small part of C's printf:
 *	conversions  %d %i %u %x %X %c %s %p %%  (%p: 0x and the hexadecimal digits)
 *	sizes        none, l, ll, z
 *	flags        - (to the left), 0 (fill with zeros), # (%x and %X: 0x in front)
 *	width        a number or *
 *	precision    for %s only: at most so many bytes are read; a number or *
 * There is no other conversion: the text from an unknown one on is printed as it stands, because
 * the arguments that follow it cannot be found. A NULL for %s prints as (null).
 */
#pragma once

#include <stdarg.h>

#include "lib/base.h"

/*
 * Print into the `size` bytes at `buf`, cut off where it does not fit; the text is always
 * terminated, unless `size` is 0 (then `buf` may be NULL). Returns the length, in bytes without
 * the terminator, of the whole text, which was cut when that is `size` or more.
 */
int fmt_vsnprintf(char *buf, size_t size, const char *fmt, va_list args) __printf_like(3, 0);
int fmt_snprintf(char *buf, size_t size, const char *fmt, ...) __printf_like(3, 4);
