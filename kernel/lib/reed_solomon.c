#include "lib/reed_solomon.h"

#include "lib/string.h"

#define FIELD 0x11d /* x^8 + x^4 + x^3 + x^2 + 1 */

static uint8_t multiply(uint8_t a, uint8_t b)
{
	unsigned product = 0;

	for (int bit = 7; bit >= 0; bit--) {
		product = product << 1 ^ (product >> 7) * FIELD;
		product ^= (b >> bit & 1U) * a;
	}
	return (uint8_t)product;
}

/* The product of (x - 2^i) for all i below the degree; the first factor, 1, is left out. */
void rs_generator(uint8_t *generator, unsigned degree)
{
	uint8_t root = 1;

	memset(generator, 0, degree);
	generator[degree - 1] = 1;
	for (unsigned i = 0; i < degree; i++) {
		for (unsigned j = 0; j < degree; j++) {
			generator[j] = multiply(generator[j], root);
			if (j + 1 < degree)
				generator[j] ^= generator[j + 1];
		}
		root = multiply(root, 2);
	}
}

void rs_remainder(const uint8_t *block, size_t length, const uint8_t *generator, unsigned degree,
		  uint8_t *remainder)
{
	memset(remainder, 0, degree);
	for (size_t i = 0; i < length; i++) {
		uint8_t factor = block[i] ^ remainder[0];

		memmove(remainder, remainder + 1, degree - 1);
		remainder[degree - 1] = 0;
		for (unsigned j = 0; j < degree; j++)
			remainder[j] ^= multiply(generator[j], factor);
	}
}
