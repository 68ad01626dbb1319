/* The masks of QR codes, and how well they suit (ISO/IEC 18004 7.8). */
#include "lib/qr_matrix.h"

/* Table 10. */
static bool mask_inverts(unsigned mask, unsigned x, unsigned y)
{
	switch (mask) {
	case 0:
		return (x + y) % 2 == 0;
	case 1:
		return y % 2 == 0;
	case 2:
		return x % 3 == 0;
	case 3:
		return (x + y) % 3 == 0;
	case 4:
		return (x / 3 + y / 2) % 2 == 0;
	case 5:
		return x * y % 2 + x * y % 3 == 0;
	case 6:
		return (x * y % 2 + x * y % 3) % 2 == 0;
	default:
		return ((x + y) % 2 + x * y % 3) % 2 == 0;
	}
}

void qr_apply_mask(struct qr *qr, unsigned mask)
{
	for (unsigned y = 0; y < qr->size; y++) {
		for (unsigned x = 0; x < qr->size; x++) {
			if (!qr_is_fixed(qr, x, y) && mask_inverts(mask, x, y))
				qr_set(qr->dark, x, y, !qr_is_dark(qr, x, y));
		}
	}
}

/* Runs of 5 and more, and what looks like a finder, in a row or a column (table 11). */
static unsigned line_penalty(const struct qr *qr, unsigned line, bool column)
{
	unsigned penalty = 0, run = 0, last = 0;

	for (unsigned i = 0; i < qr->size; i++) {
		unsigned dark = column ? qr_is_dark(qr, line, i) : qr_is_dark(qr, i, line);

		run = i && dark == (last & 1) ? run + 1 : 1;
		if (run >= 5)
			penalty += run == 5 ? 3 : 1;
		last = (last << 1 | dark) & 0x7ff;
		if (i >= 10 && (last == 0x5d0 || last == 0x05d))
			penalty += 40;
	}
	return penalty;
}

/* Squares of 2 by 2 of the same colour, of which the first is in that row. */
static unsigned square_penalty(const struct qr *qr, unsigned y)
{
	unsigned penalty = 0;

	for (unsigned x = 0; x + 1 < qr->size; x++) {
		bool dark = qr_is_dark(qr, x, y);

		if (qr_is_dark(qr, x + 1, y) == dark && qr_is_dark(qr, x, y + 1) == dark &&
		    qr_is_dark(qr, x + 1, y + 1) == dark)
			penalty += 3;
	}
	return penalty;
}

/* 10 for each 5% that the share of dark modules is away from a half. */
static unsigned balance_penalty(const struct qr *qr)
{
	unsigned dark = 0, step = qr->size * qr->size / 20; /* 5%, about */

	/* What is outside a smaller code is light. */
	for (unsigned y = 0; y < QR_SIZE_MAX; y++) {
		for (unsigned x = 0; x < QR_SIZE_MAX; x++)
			dark += qr_is_dark(qr, x, y);
	}
	return qr_distance(dark, 10 * step) / step * 10;
}

unsigned qr_penalty(const struct qr *qr)
{
	unsigned sum = balance_penalty(qr);

	for (unsigned i = 0; i < qr->size; i++) {
		sum += line_penalty(qr, i, false) + line_penalty(qr, i, true);
		if (i + 1 < qr->size)
			sum += square_penalty(qr, i);
	}
	return sum;
}
