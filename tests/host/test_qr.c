// sources: kernel/lib/qr.c kernel/lib/qr_matrix.c kernel/lib/qr_mask.c
// sources: kernel/lib/reed_solomon.c kernel/lib/base45.c
/* QR codes: read back by zbarimg, of which nobody here wrote a line; and what the standards state.
 */
#include "host_test.h"

#include <unistd.h>

#include "lib/base45.h"
#include "lib/qr.h"

#define PIXELS 4 /* a module */

static const char alphabet[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
static struct qr qr;

/* RFC 9285 4.3 and 4.4. */
static void base45_of_the_rfc(void **state)
{
	static const char *const pairs[][2] = {
		{"AB", "BB8"},
		{"Hello!!", "%69 VD92EX0"},
		{"base-45", "UJCLQE7W581"},
		{"ietf!", "QED8WEX0"},
		{"", ""},
	};
	char text[32];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(pairs); i++) {
		size_t length = base45_length(strlen(pairs[i][0]));

		base45_encode((const uint8_t *)pairs[i][0], strlen(pairs[i][0]), text);
		assert_int_equal(length, strlen(pairs[i][1]));
		assert_memory_equal(text, pairs[i][1], length);
	}
	for (int value = 0; value < 45; value++)
		assert_int_equal(base45_value(alphabet[value]), value);
	assert_int_equal(base45_value('a'), -1);
	assert_int_equal(base45_value('\0'), -1);
}

static uint8_t times(uint8_t a, uint8_t b)
{
	unsigned product = 0;

	for (unsigned x = a; b; b >>= 1, x = x << 1 ^ (x >> 7) * 0x11dU)
		product ^= b & 1 ? x : 0;
	return (uint8_t)product;
}

/* A block with its remainder behind it is 0 at every root of the generator: powers of 2. */
static void codewords_are_those_of_the_code(void **state)
{
	uint64_t seed = 1;
	uint8_t block[150], generator[RS_CODEWORDS_MAX];

	(void)state;
	for (unsigned degree = 7; degree <= RS_CODEWORDS_MAX; degree++) {
		uint8_t root = 1;

		for (unsigned i = 0; i < 120; i++)
			block[i] = (uint8_t)test_random(&seed);
		rs_generator(generator, degree);
		rs_remainder(block, 120, generator, degree, block + 120);
		for (unsigned i = 0; i < degree; i++, root = times(root, 2)) {
			uint8_t value = 0;

			for (unsigned j = 0; j < 120 + degree; j++)
				value = times(value, root) ^ block[j];
			assert_int_equal(value, 0);
		}
	}
}

/* ISO/IEC 18004 table 7, level L, alphanumeric. */
static void capacities_of_the_standard(void **state)
{
	static const size_t characters[QR_VERSION_MAX + 1] = {
		0,    25,   47,	  77,	114,  154,  195,  224,	279,  335,
		395,  468,  535,  619,	667,  758,  854,  938,	1046, 1153,
		1249, 1352, 1460, 1588, 1704, 1853, 1990, 2132, 2223,
	};

	(void)state;
	for (unsigned version = 1; version <= QR_VERSION_MAX; version++)
		assert_int_equal(qr_capacity(version), characters[version]);
}

static void what_does_not_fit_is_refused(void **state)
{
	char text[64];

	(void)state;
	memset(text, 'A', sizeof(text));
	assert_true(qr_encode(&qr, 1, text, 25));
	assert_false(qr_encode(&qr, 1, text, 26));
	assert_true(qr_encode(&qr, 2, text, 26));
	text[25] = 'a';
	assert_false(qr_encode(&qr, 2, text, 26));
	assert_false(qr_encode(&qr, 2, text, 27));
}

static void draw(const char *path)
{
	unsigned side = (qr.size + 2 * QR_QUIET) * PIXELS;
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	fprintf(file, "P5\n%u %u\n255\n", side, side);
	for (unsigned i = 0; i < side * side; i++) {
		/* Left of and above the code these wrap around to large ones. */
		unsigned x = i % side / PIXELS - QR_QUIET, y = i / side / PIXELS - QR_QUIET;

		fputc(x < qr.size && y < qr.size && qr_is_dark(&qr, x, y) ? 0 : 255, file);
	}
	assert_int_equal(fclose(file), 0);
}

/* What zbarimg reads, with a newline behind it. */
static size_t read_back(const char *path, char *text, size_t size)
{
	char command[128];
	FILE *pipe;
	size_t length;

	snprintf(command, sizeof(command), "zbarimg --quiet --nodbus --raw pgm:%s", path);
	pipe = popen(command, "r"); /* NOLINT(cert-env33-c) */
	assert_non_null(pipe);
	length = fread(text, 1, size, pipe);
	assert_int_equal(pclose(pipe), 0);
	return length;
}

static void check(const char *path, unsigned version, size_t length, uint64_t *seed)
{
	char text[2400], got[2400];

	for (size_t i = 0; i < length; i++)
		text[i] = alphabet[test_random(seed) % 45];
	text[length] = '\n';
	assert_true(qr_encode(&qr, version, text, length));
	assert_int_equal(qr.size, 17 + 4 * version);
	draw(path);
	assert_int_equal(read_back(path, got, sizeof(got)), length + 1);
	assert_memory_equal(got, text, length + 1);
}

/* Every version, full and with any number of characters. */
static void zbarimg_reads_them(void **state)
{
	char path[] = "/tmp/stoa-qr.XXXXXX";
	uint64_t seed = 7;

	(void)state;
	close(mkstemp(path));
	for (unsigned version = 1; version <= QR_VERSION_MAX; version++) {
		check(path, version, qr_capacity(version), &seed);
		check(path, version, 1 + test_random(&seed) % (qr_capacity(version) - 1), &seed);
	}
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(base45_of_the_rfc),
		cmocka_unit_test(codewords_are_those_of_the_code),
		cmocka_unit_test(capacities_of_the_standard),
		cmocka_unit_test(what_does_not_fit_is_refused),
		cmocka_unit_test(zbarimg_reads_them),
	};

	return cmocka_run_group_tests_name("qr", tests, NULL, NULL);
}
