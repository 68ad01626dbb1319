/* The checksum of IEEE 802.3, as zlib's crc32() and Python's zlib.crc32() compute it. */
#pragma once

#include "lib/base.h"

/* The checksum of `n` bytes at `p`; `seed` is 0, or the checksum of the bytes before them. */
uint32_t crc32(uint32_t seed, const void *p, size_t n);
