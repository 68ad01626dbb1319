// sources:
/*
 * Strings, against the C library's. The file under test is included with its functions renamed,
 * because the tools of this test use the library's own.
 */
#include "host_test.h"

#define strnlen kernel_strnlen
#define strlen	kernel_strlen
#define strncmp kernel_strncmp
#define strcmp	kernel_strcmp
#define strchr	kernel_strchr
#define strscpy kernel_strscpy
#include "lib/string.c"
#undef strnlen
#undef strlen
#undef strncmp
#undef strcmp
#undef strchr

static const char *const samples[] = {
	"",	    "a",    "b",    "ab",   "abc",   "abd", "abcdefgh",
	"abcdefgi", "\x80", "\xff", "\x7f", "a\xff", "A",
};

static int sign(int x)
{
	return (x > 0) - (x < 0);
}

static void compares(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(samples); i++) {
		for (size_t j = 0; j < ARRAY_SIZE(samples); j++) {
			const char *a = samples[i];
			const char *b = samples[j];

			assert_int_equal(sign(kernel_strcmp(a, b)), sign(strcmp(a, b)));
			for (size_t n = 0; n < 10; n++)
				assert_int_equal(sign(kernel_strncmp(a, b, n)),
						 sign(strncmp(a, b, n)));
		}
	}
}

static void measures_and_finds(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(samples); i++) {
		const char *s = samples[i];

		assert_int_equal(kernel_strlen(s), strlen(s));
		for (size_t n = 0; n < 10; n++)
			assert_int_equal(kernel_strnlen(s, n), strnlen(s, n));
		for (int c = 0; c < 256; c++)
			assert_ptr_equal(kernel_strchr(s, c), strchr(s, c));
	}
}

/* Bytes without a terminator: nothing behind them may be read. */
static void stops_at_the_limit(void **state)
{
	char *bytes = malloc(3);

	(void)state;
	memcpy(bytes, "abc", 3);
	assert_int_equal(kernel_strnlen(bytes, 3), 3);
	assert_int_equal(kernel_strncmp(bytes, "abcd", 3), 0);
	free(bytes);
}

static void copies_and_cuts(void **state)
{
	(void)state;
	for (size_t size = 0; size < 8; size++) {
		char *dst = malloc(size + 1);
		long len;

		dst[0] = 'x';
		len = kernel_strscpy(dst, "hello", size);
		if (size == 0) {
			assert_int_equal(len, -1);
			assert_int_equal(dst[0], 'x');
		} else {
			assert_int_equal(len, size > 5 ? 5 : -1);
			assert_int_equal(strlen(dst), MIN(size - 1, 5UL));
			assert_memory_equal(dst, "hello", strlen(dst));
		}
		free(dst);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(compares),
		cmocka_unit_test(measures_and_finds),
		cmocka_unit_test(stops_at_the_limit),
		cmocka_unit_test(copies_and_cuts),
	};

	return cmocka_run_group_tests_name("string", tests, NULL, NULL);
}
