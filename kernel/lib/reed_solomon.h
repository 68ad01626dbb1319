/* The error correction of QR codes: Reed-Solomon over GF(256) (ISO/IEC 18004 7.5.2). Pure code. */
#pragma once

#include "lib/base.h"

#define RS_CODEWORDS_MAX 30 /* for error correction, in a block */

/* The factors of the generator polynomial of that degree, at most RS_CODEWORDS_MAX. */
void rs_generator(uint8_t *generator, unsigned degree);

/* The remainder of the block's polynomial by the generator: its codewords for error correction. */
void rs_remainder(const uint8_t *block, size_t length, const uint8_t *generator, unsigned degree,
		  uint8_t *remainder);
