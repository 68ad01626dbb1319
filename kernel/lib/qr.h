/*
 * QR codes (ISO/IEC 18004): text of the 45 characters of base45 as a square of dark and light
 * modules, with error correction level L, which can lose 7% of them. Pure code, without memory but
 * the structure, which is too large for a stack.
 */
#pragma once

#include "lib/reed_solomon.h"

#define QR_VERSION_MAX 28

/* Modules on a side. */
#define QR_SIZE(version) (17 + 4 * (version))
#define QR_SIZE_MAX	 QR_SIZE(QR_VERSION_MAX)

/* What must stay light around it, in modules. */
#define QR_QUIET 4

#define QR_CODEWORDS_MAX 1921
#define QR_BLOCKS_MAX	 13

typedef uint8_t qr_plane_t[QR_SIZE_MAX][(QR_SIZE_MAX + 7) / 8];

struct qr {
	unsigned version, size;
	qr_plane_t dark;
	qr_plane_t fixed; /* what is no data: finders, timing, format and the like */
	unsigned blocks, block_correction, codewords;
	uint8_t data[QR_CODEWORDS_MAX];
	uint8_t correction[QR_BLOCKS_MAX][RS_CODEWORDS_MAX];
};

/* Characters that fit into that version, from 1 to QR_VERSION_MAX. */
size_t qr_capacity(unsigned version);

/*
 * Make `qr` that code of `length` characters at `text`. False, when they are too many for the
 * version, or one is none of base45's.
 */
__must_check bool qr_encode(struct qr *qr, unsigned version, const char *text, size_t length);

/* Is the module at column x and row y, both below qr->size, dark? */
static inline bool qr_is_dark(const struct qr *qr, unsigned x, unsigned y)
{
	return qr->dark[y][x / 8] >> x % 8 & 1;
}
