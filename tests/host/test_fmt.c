// sources: kernel/lib/fmt.c
/* Formatting, against the C library's wherever the two are meant to agree. */
#include "host_test.h"

#include "lib/fmt.h"

/* Format with both, into exact heap blocks of every size, and compare text and length. */
#define AGREE(...)                                                                                \
	do {                                                                                      \
		char want[8192];                                                                  \
		int len = snprintf(want, sizeof(want), __VA_ARGS__);                              \
		size_t sizes[] = {(size_t)len + 1, (size_t)len + 9, (size_t)len, (size_t)len / 2, \
				  1};                                                             \
		for (size_t k = 0; k < ARRAY_SIZE(sizes); k++) {                                  \
			size_t size = sizes[k];                                                   \
			char *got = malloc(size + 1);                                             \
			snprintf(want, size, __VA_ARGS__);                                        \
			got[size] = '~';                                                          \
			assert_int_equal(fmt_snprintf(got, size, __VA_ARGS__), len);              \
			assert_int_equal(got[size], '~');                                         \
			if (size > 0)                                                             \
				assert_string_equal(got, want);                                   \
			free(got);                                                                \
		}                                                                                 \
	} while (0)

static const int ints[] = {0, 1, -1, 7, -10, 12345, -99999, INT32_MAX, INT32_MIN};
static const long longs[] = {0, 1, -1, INT32_MIN - 1L, 1L << 40, INT64_MAX, INT64_MIN};

static void numbers(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(ints); i++) {
		unsigned u = (unsigned)ints[i];

		AGREE("%d", ints[i]);
		AGREE("%i|%u|%x|%X", ints[i], u, u, u);
		AGREE("<%5d|%-5d|%05d>", ints[i], ints[i], ints[i]);
		AGREE("<%12u|%-12u|%012u>", u, u, u);
		AGREE("<%8x|%-8x|%08x|%08X>", u, u, u, u);
		AGREE("<%*d|%-*d|%*d>", 7, ints[i], 7, ints[i], -7, ints[i]);
		if (u != 0)
			AGREE("%#x %#10x %#010x %#-10x|", u, u, u, u);
	}
	for (size_t i = 0; i < ARRAY_SIZE(longs); i++) {
		unsigned long u = (unsigned long)longs[i];

		AGREE("%ld %lu %lx %lX", longs[i], u, u, u);
		AGREE("%lld %llu %llx", (long long)longs[i], (unsigned long long)u,
		      (unsigned long long)u);
		AGREE("%zu %zd %zx", u, longs[i], u);
		AGREE("<%22ld|%-22ld|%022ld|%20lx|%016lx>", longs[i], longs[i], longs[i], u, u);
	}
}

static void strings(void **state)
{
	char *bytes = malloc(3);

	(void)state;
	AGREE("%s", "");
	AGREE("hello %s, %s!", "big", "world");
	AGREE("<%8s|%-8s|%2s|%-2s>", "four", "four", "four", "four");
	AGREE("<%.2s|%.0s|%.9s|%5.2s|%-5.2s|%.*s|%.*s>", "four", "four", "four", "four", "four", 3,
	      "four", -1, "four");
	AGREE("<%c|%3c|%-3c>%%", 'a', 'b', 'c');
	AGREE("%s", "a text that is longer than the others so that it has to be cut somewhere");
	/* no terminator within the precision: nothing behind it is read */
	memcpy(bytes, "abc", 3);
	AGREE("%.3s", bytes);
	free(bytes);
}

static void pointers(void **state)
{
	char buf[64];

	(void)state;
	AGREE("%p|%20p|%-20p|", (void *)0x1234, (void *)0xffffffff80000000, (void *)0xabcdef);
	fmt_snprintf(buf, sizeof(buf), "%p %#x", NULL, 0);
	assert_string_equal(buf, "0x0 0x0");
}

/* Formats that the compiler refuses, passed where it does not look. */
static int unchecked(char *buf, size_t size, const char *fmt, ...)
{
	va_list args;
	int len;

	va_start(args, fmt);
	len = fmt_vsnprintf(buf, size, fmt, args);
	va_end(args);
	return len;
}

static void unknown_conversions_stop(void **state)
{
	char buf[64];

	(void)state;
	assert_int_equal(unchecked(buf, sizeof(buf), "%d %q %s", 5, "never read"), 7);
	assert_string_equal(buf, "5 %q %s");
	unchecked(buf, sizeof(buf), "50%");
	assert_string_equal(buf, "50%");
	unchecked(buf, sizeof(buf), "%-08.3");
	assert_string_equal(buf, "%-08.3");
	unchecked(buf, sizeof(buf), "%f", 1);
	assert_string_equal(buf, "%f");
	unchecked(buf, sizeof(buf), "%s|%6s", NULL, NULL);
	assert_string_equal(buf, "(null)|(null)");
}

static void absurd_widths_are_bounded(void **state)
{
	char buf[16];

	(void)state;
	assert_int_equal(unchecked(buf, sizeof(buf), "%99999999999999999999d", 5), 4096);
	assert_string_equal(buf, "               ");
	assert_int_equal(unchecked(buf, sizeof(buf), "%*d", INT32_MIN, 5), 4096);
	assert_int_equal(unchecked(buf, sizeof(buf), "%*d", INT32_MAX, 5), 4096);
	assert_int_equal(unchecked(buf, sizeof(buf), "%.*s", INT32_MIN, "abc"), 3);
}

static void measures_without_a_buffer(void **state)
{
	char byte = 'x';

	(void)state;
	assert_int_equal(fmt_snprintf(NULL, 0, "%s %d", "abc", 42), 6);
	assert_int_equal(fmt_snprintf(&byte, 0, "%s", "abc"), 3);
	assert_int_equal(byte, 'x');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers),
		cmocka_unit_test(strings),
		cmocka_unit_test(pointers),
		cmocka_unit_test(unknown_conversions_stop),
		cmocka_unit_test(absurd_widths_are_bounded),
		cmocka_unit_test(measures_without_a_buffer),
	};

	return cmocka_run_group_tests_name("fmt", tests, NULL, NULL);
}
