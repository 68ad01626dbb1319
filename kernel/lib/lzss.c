#include "lib/lzss.h"

#include "lib/bit_writer.h"
#include "lib/string.h"

#define LITERAL_BITS 8 /* a 0 and the character */

struct match {
	size_t distance, length; /* length 0: none */
};

static unsigned bit_length(size_t n)
{
	return n ? 64 - (unsigned)__builtin_clzl(n) : 0;
}

/* A number from 1 on: as many zeros as it has bits behind its first 1, then itself (Elias gamma) */
static unsigned gamma_bits(size_t n)
{
	return 2 * bit_length(n) - 1;
}

/* A 1, the distance in as many bits as it may need at `at`, and the length less 1. */
static unsigned match_bits(size_t at, size_t length)
{
	return 1 + bit_length(at) + gamma_bits(length - 1);
}

static size_t common_length(const char *a, const char *b, size_t limit)
{
	size_t n = 0;

	while (n < limit && a[n] == b[n])
		n++;
	return n;
}

/* The longest that is shorter than its characters; of these the nearest. */
static struct match find_match(const char *text, size_t at, size_t length)
{
	struct match best = {0};

	for (size_t from = at; from-- > 0;) {
		size_t n;

		if (text[from] != text[at])
			continue;
		n = common_length(text + from, text + at, length - at);
		if (n > best.length && n > 1 && match_bits(at, n) < n * LITERAL_BITS)
			best = (struct match){at - from, n};
	}
	return best;
}

static bool put_literal(struct bit_writer *out, char c)
{
	if (out->size - out->used < LITERAL_BITS)
		return false;
	put_bits(out, c & 0x7f, LITERAL_BITS);
	return true;
}

static bool put_match(struct bit_writer *out, size_t at, const struct match *match)
{
	if (out->size - out->used < match_bits(at, match->length))
		return false;
	put_bits(out, 1, 1);
	put_bits(out, (uint32_t)match->distance, bit_length(at));
	put_bits(out, (uint32_t)match->length - 1, gamma_bits(match->length - 1));
	return true;
}

size_t lzss_compress(const char *text, size_t known, size_t length, uint8_t *out, size_t size,
		     size_t *taken)
{
	struct bit_writer bits = {.bytes = out, .size = size * 8};
	size_t at = known;
	bool room = true;

	memset(out, 0, size);
	while (at < length && room) {
		struct match match = find_match(text, at, length);

		room = match.length ? put_match(&bits, at, &match) : put_literal(&bits, text[at]);
		if (room)
			at += match.length ? match.length : 1;
	}
	*taken = at - known;
	return (bits.used + 7) / 8;
}
