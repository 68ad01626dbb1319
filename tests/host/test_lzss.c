// sources: kernel/lib/lzss.c
/* The compressor, against a reader of its own. */
#include "host_test.h"

#include "lib/lzss.h"
#include "lzss_expand.h"

#define TEXT_MAX 3000

/* Compress the text, read it back, and return how many bytes it took. */
static size_t round_trip(const char *text, size_t known, size_t length, size_t room, size_t *taken)
{
	/* Exact blocks, so that a byte too many is found. */
	uint8_t *out = malloc(room ? room : 1);
	char *given = malloc(length + 1), *got = malloc(length + 1);
	size_t size;

	memcpy(given, text, length);
	size = lzss_compress(given, known, length, out, room, taken);
	assert_in_range(size, 0, room);
	assert_in_range(*taken, 0, length - known);
	memcpy(got, text, known);
	assert_true(lzss_expand(out, size, got, known, known + *taken));
	assert_memory_equal(got, text, known + *taken);
	free(out);
	free(given);
	free(got);
	return size;
}

static void short_texts(void **state)
{
	static const char *const texts[] = {"", "a", "ab", "aa", "aaa", "abababababababab"};
	size_t taken;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		round_trip(texts[i], 0, strlen(texts[i]), 100, &taken);
		assert_int_equal(taken, strlen(texts[i]));
	}
}

/* A run of one character: its first, and one match. */
static void a_run_is_one_match(void **state)
{
	char text[1000];
	size_t taken;

	(void)state;
	memset(text, 'x', sizeof(text));
	assert_in_range(round_trip(text, 0, sizeof(text), 100, &taken), 1, 4);
	assert_int_equal(taken, sizeof(text));
}

static void what_the_reader_knows_costs_little(void **state)
{
	static const char text[] = "general protection (#GP) in ring 0"
				   "general protection (#GP) in ring 3";
	size_t taken, known = (sizeof(text) - 1) / 2;

	(void)state;
	assert_in_range(round_trip(text, known, sizeof(text) - 1, 100, &taken), 1, 5);
	assert_in_range(round_trip(text, 0, known, 100, &taken), 25, 34);
}

/* Texts of few letters and of many, with parts that come again, into any room. */
static void any_text_into_any_room(void **state)
{
	uint64_t seed = 3;
	char text[TEXT_MAX];

	(void)state;
	for (unsigned round = 0; round < 600; round++) {
		size_t length = test_random(&seed) % TEXT_MAX, taken;
		size_t known = length ? test_random(&seed) % length : 0;
		unsigned letters = 1 + (unsigned)(test_random(&seed) % 127);
		size_t room = round % 3 ? TEXT_MAX * 2 : test_random(&seed) % 1500;

		for (size_t i = 0; i < length; i++) {
			bool again = i && test_random(&seed) % 8;

			text[i] = again ? text[i - 1 - test_random(&seed) % MIN(i, 2UL)]
					: (char)(test_random(&seed) % letters);
		}
		round_trip(text, known, length, room, &taken);
		if (room >= TEXT_MAX)
			assert_int_equal(taken, length - known);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(short_texts),
		cmocka_unit_test(a_run_is_one_match),
		cmocka_unit_test(what_the_reader_knows_costs_little),
		cmocka_unit_test(any_text_into_any_room),
	};

	return cmocka_run_group_tests_name("lzss", tests, NULL, NULL);
}
