/*
 * A compressor for short texts, in the manner of LZSS (docs/panic.md has the format). It needs no
 * memory but its output, and is meant for where nothing else works any more. Pure code.
 */
#pragma once

#include "lib/base.h"

/*
 * Compress text[known..length), characters of 7 bits, into at most `size` bytes at `out`. The
 * `known` characters in front of it are what the reader has already, for it to refer to. Returns
 * the bytes used; *taken is how many characters went in, fewer than all where `out` was full. Takes
 * time in proportion to length * (length - known).
 */
size_t lzss_compress(const char *text, size_t known, size_t length, uint8_t *out, size_t size,
		     size_t *taken);
