/* Bits, the highest first, into a buffer of zeroed bytes. */
#pragma once

#include "lib/base.h"

struct bit_writer {
	uint8_t *bytes;
	size_t used, size; /* bits */
};

/* Append the lowest `count` (up to 32) bits of `value`, for which there must be room. */
static inline void put_bits(struct bit_writer *out, uint32_t value, unsigned count)
{
	while (count--) {
		uint32_t bit = value >> count & 1;

		out->bytes[out->used / 8] |= (uint8_t)(bit << (7 - out->used % 8));
		out->used++;
	}
}
