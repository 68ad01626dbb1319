/* The square of a QR code: its patterns, where the codewords go, and the mask. For qr*.c alone. */
#pragma once

#include "lib/qr.h"

/* The codeword that comes at `index` in the order in which they are placed. */
uint8_t qr_codeword(const struct qr *qr, unsigned index);

/* Draw the code, whose version and codewords are set, with the mask that suits it best. */
void qr_draw(struct qr *qr);

/* Apply the mask of that number, below 8, to all data. Done twice, it is undone. */
void qr_apply_mask(struct qr *qr, unsigned mask);

/* How hard the code as it is is to read: the less, the better. */
unsigned qr_penalty(const struct qr *qr);

static inline void qr_set(qr_plane_t plane, unsigned x, unsigned y, bool on)
{
	uint8_t bit = (uint8_t)(1U << x % 8);

	plane[y][x / 8] = (uint8_t)(on ? plane[y][x / 8] | bit : plane[y][x / 8] & ~bit);
}

static inline bool qr_is_fixed(const struct qr *qr, unsigned x, unsigned y)
{
	return qr->fixed[y][x / 8] >> x % 8 & 1;
}

static inline unsigned qr_distance(unsigned a, unsigned b)
{
	return a > b ? a - b : b - a;
}
