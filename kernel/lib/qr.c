#include "lib/qr.h"

#include "lib/base45.h"
#include "lib/bit_writer.h"
#include "lib/qr_matrix.h"
#include "lib/string.h"

#define MODE_BITS	  4
#define MODE_ALPHANUMERIC 2

/* For level L, by version: blocks, and codewords of each for error correction (table 9). */
static const struct {
	uint8_t blocks, correction;
} levels[QR_VERSION_MAX + 1] = {
	{0, 0},	  {1, 7},   {1, 10},  {1, 15},	{1, 20},  {1, 26}, {2, 18}, {2, 20},
	{2, 24},  {2, 30},  {4, 18},  {4, 20},	{4, 24},  {4, 26}, {4, 30}, {6, 22},
	{6, 24},  {6, 28},  {6, 30},  {7, 28},	{8, 28},  {8, 28}, {9, 28}, {9, 30},
	{10, 30}, {12, 26}, {12, 28}, {12, 30}, {13, 30},
};

/* Modules that are no pattern, in bytes (ISO/IEC 18004 table 1). */
static unsigned all_codewords(unsigned version)
{
	unsigned modules = (16 * version + 128) * version + 64;
	unsigned aligned = version / 7 + 2;

	if (version >= 2)
		modules -= (25 * aligned - 10) * aligned - 55;
	if (version >= 7)
		modules -= 36;
	return modules / 8;
}

static unsigned data_codewords(unsigned version)
{
	return all_codewords(version) - levels[version].blocks * levels[version].correction;
}

/* Bits of the field that tells how many characters there are (table 3). */
static unsigned count_bits(unsigned version)
{
	return version < 10 ? 9 : version < 27 ? 11 : 13;
}

size_t qr_capacity(unsigned version)
{
	unsigned bits = data_codewords(version) * 8 - MODE_BITS - count_bits(version);

	return bits / 11 * 2 + (bits % 11 >= 6);
}

/* Two characters are 11 bits, one that is left is 6 (7.4.4). */
static bool put_text(struct bit_writer *bits, const char *text, size_t length)
{
	for (size_t i = 0; i < length; i += 2) {
		bool pair = i + 1 < length;
		int first = base45_value(text[i]);
		int second = pair ? base45_value(text[i + 1]) : 0;

		if (first < 0 || second < 0)
			return false;
		if (pair)
			put_bits(bits, (uint32_t)(first * 45 + second), 11);
		else
			put_bits(bits, (uint32_t)first, 6);
	}
	return true;
}

/* The end, up to 4 zeros, and what fills the rest (7.4.9, 7.4.10). */
static void pad(struct bit_writer *bits)
{
	static const uint8_t padding[2] = {0xec, 0x11};

	bits->used = ALIGN_UP(MIN(bits->used + 4, bits->size), 8);
	for (unsigned i = 0; bits->used < bits->size; i++)
		put_bits(bits, padding[i % 2], 8);
}

static unsigned short_block(const struct qr *qr)
{
	return qr->codewords / qr->blocks - qr->block_correction;
}

/* Those that are one codeword longer come last (7.5.1). */
static unsigned short_blocks(const struct qr *qr)
{
	return qr->blocks - qr->codewords % qr->blocks;
}

static unsigned block_start(const struct qr *qr, unsigned block)
{
	unsigned longer = block > short_blocks(qr) ? block - short_blocks(qr) : 0;

	return block * short_block(qr) + longer;
}

static void correct_errors(struct qr *qr)
{
	uint8_t generator[RS_CODEWORDS_MAX];

	rs_generator(generator, qr->block_correction);
	for (unsigned b = 0; b < qr->blocks; b++) {
		unsigned start = block_start(qr, b);

		rs_remainder(qr->data + start, block_start(qr, b + 1) - start, generator,
			     qr->block_correction, qr->correction[b]);
	}
}

/* The blocks' first codewords come first, then their second ones, and so on (7.6). */
uint8_t qr_codeword(const struct qr *qr, unsigned index)
{
	unsigned even = short_block(qr) * qr->blocks;
	unsigned data = block_start(qr, qr->blocks);

	if (index < even)
		return qr->data[block_start(qr, index % qr->blocks) + index / qr->blocks];
	if (index < data)
		return qr->data[block_start(qr, short_blocks(qr) + index - even + 1) - 1];
	index -= data;
	return qr->correction[index % qr->blocks][index / qr->blocks];
}

bool qr_encode(struct qr *qr, unsigned version, const char *text, size_t length)
{
	struct bit_writer bits = {.bytes = qr->data};

	if (length > qr_capacity(version))
		return false;
	memset(qr, 0, sizeof(*qr));
	qr->version = version;
	qr->size = QR_SIZE(version);
	qr->blocks = levels[version].blocks;
	qr->block_correction = levels[version].correction;
	qr->codewords = all_codewords(version);
	bits.size = (size_t)data_codewords(version) * 8;
	put_bits(&bits, MODE_ALPHANUMERIC, MODE_BITS);
	put_bits(&bits, (uint32_t)length, count_bits(version));
	if (!put_text(&bits, text, length))
		return false;
	pad(&bits);
	correct_errors(qr);
	qr_draw(qr);
	return true;
}
