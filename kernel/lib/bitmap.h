/*
 * Bitmaps of a fixed number of bits in an array of 64-bit words:
 *
 *	uint64_t online[BITMAP_WORDS(CPU_MAX)];
 *
 * Bit numbers must be below the size. Bits past the size in the last word are kept clear.
 * Nothing here is atomic: the map is guarded by whatever guards its owner.
 */
#pragma once

#include "lib/base.h"

#define BITMAP_WORDS(bits) (((bits) + 63) / 64)

static inline void bitmap_set(uint64_t *map, unsigned bit)
{
	map[bit / 64] |= 1ULL << (bit % 64);
}

static inline void bitmap_clear(uint64_t *map, unsigned bit)
{
	map[bit / 64] &= ~(1ULL << (bit % 64));
}

static inline bool bitmap_test(const uint64_t *map, unsigned bit)
{
	return (map[bit / 64] >> (bit % 64)) & 1;
}

/* The first set bit of the map with every word xor-ed with `flip`, at or after `from`, or `bits`.
 */
static inline unsigned bitmap_scan(const uint64_t *map, unsigned bits, unsigned from, uint64_t flip)
{
	unsigned word = from / 64;
	uint64_t left;

	if (from >= bits)
		return bits;
	left = (map[word] ^ flip) & (~0ULL << (from % 64));
	/*@ loop invariant word < BITMAP_WORDS(bits);
	    loop assigns word, left; */
	while (left == 0) {
		word++;
		if (word >= BITMAP_WORDS(bits))
			return bits;
		left = map[word] ^ flip;
	}
	return MIN(word * 64 + (unsigned)__builtin_ctzll(left), bits);
}

/* The lowest set bit, or `bits` when none is. */
static inline unsigned bitmap_first_set(const uint64_t *map, unsigned bits)
{
	return bitmap_scan(map, bits, 0, 0);
}

/* The lowest set bit that is `from` or above, or `bits` when none is. */
static inline unsigned bitmap_next_set(const uint64_t *map, unsigned bits, unsigned from)
{
	return bitmap_scan(map, bits, from, 0);
}

/* The lowest clear bit, or `bits` when all are set. */
static inline unsigned bitmap_first_zero(const uint64_t *map, unsigned bits)
{
	return bitmap_scan(map, bits, 0, ~0ULL);
}

static inline bool bitmap_empty(const uint64_t *map, unsigned bits)
{
	return bitmap_first_set(map, bits) == bits;
}

static inline void bitmap_zero(uint64_t *map, unsigned bits)
{
	/*@ loop invariant word <= BITMAP_WORDS(bits);
	    loop invariant \forall integer i; 0 <= i < word ==> map[i] == 0;
	    loop assigns word, map[0 .. BITMAP_WORDS(bits) - 1]; */
	for (unsigned word = 0; word < BITMAP_WORDS(bits); word++)
		map[word] = 0;
}

/* The number of set bits. (The compiler's popcount would be a call into its own library.) */
static inline unsigned bitmap_weight(const uint64_t *map, unsigned bits)
{
	unsigned weight = 0;

	for (unsigned word = 0; word < BITMAP_WORDS(bits); word++) {
		for (uint64_t left = map[word]; left != 0; left &= left - 1)
			weight++;
	}
	return weight;
}

/* Visit the number of each set bit, upwards. */
#define bitmap_for_each_set(bit, map, bits)                       \
	for ((bit) = bitmap_first_set(map, bits); (bit) < (bits); \
	     (bit) = bitmap_next_set(map, bits, (bit) + 1))
