/*
 * The kernel's command line: words separated by white space, each `flag` or `key=value`. Double
 * quotes, around a whole word or a part of it, keep white space in it; a backslash keeps the
 * character that follows (this is how GRUB writes words with spaces and quotes). Where a key
 * comes more than once, the last one counts.
 */
#pragma once

#include "lib/base.h"

/*
 * Copy the value of `key` into the `size` bytes at `buf`, cut off where it does not fit, and
 * terminate it. Returns the length of the whole value (cut when that is `size` or more), or -1
 * when there is no such key with a value.
 */
int cmdline_get(const char *line, const char *key, char *buf, size_t size);

/* Whether the word `flag` is there, without a value. */
bool cmdline_has(const char *line, const char *flag);

/*
 * Read the value of `key` as a number of bytes, decimal or 0x and hexadecimal, with an optional
 * K, M, G or T (or small). Returns 1, or 0 when there is no such key, or -1 when the value is no
 * such number or does not fit; `*bytes` is written only with 1.
 */
int cmdline_size(const char *line, const char *key, uint64_t *bytes);
