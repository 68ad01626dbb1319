#include "lib/qr_matrix.h"

#define FORMAT_L     1 /* level L in the format information */
#define FORMAT_BCH   0x537
#define FORMAT_MASK  0x5412
#define VERSION_BCH  0x1f25
#define VERSION_TOLD 7 /* from this version on the code tells it */
#define ALIGNED_MAX  6
#define MASKS	     8

/* A module that is no data. */
static void fix(struct qr *qr, unsigned x, unsigned y, bool dark)
{
	qr_set(qr->dark, x, y, dark);
	qr_set(qr->fixed, x, y, true);
}

/* Rings around the middle at (cx, cy), up to `radius`; those that are `light` away are light. */
static void draw_rings(struct qr *qr, unsigned cx, unsigned cy, unsigned radius, unsigned light)
{
	for (unsigned y = cy > radius ? cy - radius : 0; y <= cy + radius && y < qr->size; y++) {
		for (unsigned x = cx > radius ? cx - radius : 0; x <= cx + radius && x < qr->size;
		     x++) {
			unsigned ring = MAX(qr_distance(x, cx), qr_distance(y, cy));

			fix(qr, x, y, !(light >> ring & 1));
		}
	}
}

/* 6.3.3, with the separator of 6.3.4. */
static void draw_finders(struct qr *qr)
{
	const unsigned light = 1U << 2 | 1U << 4;

	draw_rings(qr, 3, 3, 4, light);
	draw_rings(qr, qr->size - 4, 3, 4, light);
	draw_rings(qr, 3, qr->size - 4, 4, light);
}

/* 6.3.5 */
static void draw_timing(struct qr *qr)
{
	for (unsigned i = 8; i < qr->size - 8; i++) {
		fix(qr, i, 6, i % 2 == 0);
		fix(qr, 6, i, i % 2 == 0);
	}
}

/* Where alignment patterns are, in both directions (annex E); how many. */
static unsigned alignment_places(const struct qr *qr, unsigned *places)
{
	unsigned count = qr->version / 7 + 2;
	unsigned step = (qr->version * 4 + count * 2 + 1) / (count * 2 - 2) * 2;

	if (qr->version == 1)
		return 0;
	places[0] = 6;
	for (unsigned i = 1; i < count; i++)
		places[i] = qr->size - 7 - (count - 1 - i) * step;
	return count;
}

/* 6.3.6: not where a finder is. */
static void draw_alignment(struct qr *qr)
{
	unsigned places[ALIGNED_MAX], count = alignment_places(qr, places);

	for (unsigned j = 0; j < count; j++) {
		for (unsigned i = 0; i < count; i++) {
			bool at_finder = (i == 0 && j == 0) || (i == 0 && j == count - 1) ||
					 (i == count - 1 && j == 0);

			if (!at_finder)
				draw_rings(qr, places[i], places[j], 2, 1U << 1);
		}
	}
}

/* `value` with the remainder of a BCH code of `check` bits behind it. */
static uint32_t with_remainder(uint32_t value, uint32_t generator, unsigned check)
{
	uint32_t remainder = value;

	for (unsigned i = 0; i < check; i++)
		remainder = remainder << 1 ^ (remainder >> (check - 1)) * generator;
	return value << check | remainder;
}

/* 7.9: level and mask, twice. */
static void draw_format(struct qr *qr, unsigned mask)
{
	uint32_t bits = with_remainder(FORMAT_L << 3 | mask, FORMAT_BCH, 10) ^ FORMAT_MASK;
	unsigned size = qr->size;

	for (unsigned i = 0; i < 15; i++) {
		bool dark = bits >> i & 1;

		/* The timing patterns are passed over. */
		if (i < 8)
			fix(qr, 8, i < 6 ? i : i + 1, dark);
		else
			fix(qr, i < 9 ? 15 - i : 14 - i, 8, dark);
		if (i < 8)
			fix(qr, size - 1 - i, 8, dark);
		else
			fix(qr, 8, size - 15 + i, dark);
	}
	fix(qr, 8, size - 8, true);
}

/* 7.10 */
static void draw_version(struct qr *qr)
{
	uint32_t bits = with_remainder(qr->version, VERSION_BCH, 12);

	if (qr->version < VERSION_TOLD)
		return;
	for (unsigned i = 0; i < 18; i++) {
		unsigned a = qr->size - 11 + i % 3, b = i / 3;

		fix(qr, a, b, bits >> i & 1);
		fix(qr, b, a, bits >> i & 1);
	}
}

/* Upwards and downwards in columns of two from the right; the left timing pattern is none (7.7.3)
 */
static void place_codewords(struct qr *qr)
{
	unsigned bit = 0, size = qr->size;

	for (unsigned pair = 0; pair < size / 2; pair++) {
		unsigned right = size - 1 - 2 * pair;
		unsigned column = right > 6 ? right : right - 1;

		for (unsigned i = 0; i < 2 * size; i++) {
			unsigned x = column - i % 2;
			unsigned y = pair % 2 ? i / 2 : size - 1 - i / 2;

			if (qr_is_fixed(qr, x, y) || bit / 8 >= qr->codewords)
				continue;
			qr_set(qr->dark, x, y, qr_codeword(qr, bit / 8) >> (7 - bit % 8) & 1);
			bit++;
		}
	}
}

/* 7.8.3: the one with the lowest penalty. */
static unsigned best_mask(struct qr *qr)
{
	unsigned best = 0, lowest = 0;

	for (unsigned mask = 0; mask < MASKS; mask++) {
		unsigned sum;

		draw_format(qr, mask);
		qr_apply_mask(qr, mask);
		sum = qr_penalty(qr);
		qr_apply_mask(qr, mask);
		if (mask == 0 || sum < lowest) {
			best = mask;
			lowest = sum;
		}
	}
	return best;
}

void qr_draw(struct qr *qr)
{
	unsigned mask;

	draw_finders(qr);
	draw_timing(qr);
	draw_alignment(qr);
	draw_version(qr);
	draw_format(qr, 0);
	place_codewords(qr);
	mask = best_mask(qr);
	draw_format(qr, mask);
	qr_apply_mask(qr, mask);
}
