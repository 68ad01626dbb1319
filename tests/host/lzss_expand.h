/* A reader of what lib/lzss.h compresses, written from docs/panic.md. */
#pragma once

#include "lib/base.h"

struct lzss_reader {
	const uint8_t *bytes;
	size_t at, end; /* bits */
	bool bad;	/* more was wanted than there is, or what makes no sense */
};

static inline size_t lzss_bits(struct lzss_reader *in, unsigned count)
{
	size_t value = 0;

	in->bad |= count > in->end - in->at;
	for (; count && !in->bad; count--, in->at++)
		value = value << 1 | (in->bytes[in->at / 8] >> (7 - in->at % 8) & 1);
	return value;
}

static inline size_t lzss_gamma(struct lzss_reader *in)
{
	unsigned zeros = 0;

	while (!lzss_bits(in, 1) && !in->bad)
		zeros++;
	return (size_t)1 << zeros % 64 | lzss_bits(in, zeros);
}

static inline unsigned lzss_width(size_t n)
{
	unsigned width = 0;

	while (n >> width)
		width++;
	return width;
}

/*
 * Put the characters behind text[0..known), until there are `length` in all. False unless the bytes
 * say them, and nothing else but the last byte's rest.
 */
static inline bool lzss_expand(const uint8_t *bytes, size_t size, char *text, size_t known,
			       size_t length)
{
	struct lzss_reader in = {bytes, 0, size * 8, false};

	for (size_t at = known; at < length && !in.bad;) {
		size_t distance, n;

		if (!lzss_bits(&in, 1)) {
			text[at++] = (char)lzss_bits(&in, 7);
			continue;
		}
		distance = lzss_bits(&in, lzss_width(at));
		n = lzss_gamma(&in) + 1;
		in.bad |= distance < 1 || distance > at || n > length - at;
		for (; n && !in.bad; n--, at++)
			text[at] = text[at - distance];
	}
	return !in.bad && in.end - in.at < 8;
}
