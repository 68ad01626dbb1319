// sources: kernel/lib/cmdline.c
/* The command line: keys, flags, quoting as GRUB writes it, sizes. */
#include "host_test.h"

#include "lib/cmdline.h"

/* The value of `key` in `line`, or NULL. */
static const char *get(const char *line, const char *key)
{
	static char buf[256];
	int len = cmdline_get(line, key, buf, sizeof(buf));

	if (len < 0)
		return NULL;
	assert_int_equal(len, strlen(buf));
	return buf;
}

static void finds_values(void **state)
{
	(void)state;
	assert_string_equal(get("a=1", "a"), "1");
	assert_string_equal(get("/boot/stoa.elf  a=1\tb=2\n c=3", "b"), "2");
	assert_string_equal(get("a=1=2", "a"), "1=2");
	assert_string_equal(get("a=", "a"), "");
	assert_string_equal(get("ab=2 a=1", "a"), "1");
	assert_string_equal(get("xa=2 a=1", "a"), "1");
	assert_string_equal(get("a=1 b a=3", "a"), "3");
	assert_null(get("", "a"));
	assert_null(get("  ", "a"));
	assert_null(get("a", "a"));
	assert_null(get("b=a=1", "a"));
	assert_null(get("ab=1", "a"));
	assert_null(get("a=1", "ab"));
}

static void finds_flags(void **state)
{
	(void)state;
	assert_true(cmdline_has("noacpi", "noacpi"));
	assert_true(cmdline_has(" x noacpi y ", "noacpi"));
	assert_true(cmdline_has("\"noacpi\"", "noacpi"));
	assert_false(cmdline_has("", "noacpi"));
	assert_false(cmdline_has("noacpi=1", "noacpi"));
	assert_false(cmdline_has("noacpix", "noacpi"));
	assert_false(cmdline_has("xnoacpi", "noacpi"));
	assert_false(cmdline_has("a=\"x noacpi y\"", "noacpi"));
	assert_false(cmdline_has("noacp", "noacpi"));
}

static void quotes(void **state)
{
	(void)state;
	assert_string_equal(get("a=\"x y\" b=2", "a"), "x y");
	assert_string_equal(get("\"a=x y\" b=2", "a"), "x y");
	assert_string_equal(get("\"a=x y\" b=2", "b"), "2");
	assert_string_equal(get("a=x\" \"y", "a"), "x y");
	assert_string_equal(get("a=\"\" b", "a"), "");
	assert_string_equal(get("a=\\\"x\\\" b", "a"), "\"x\"");
	assert_string_equal(get("a=x\\ y", "a"), "x y");
	assert_string_equal(get("a=x\\\\y", "a"), "x\\y");
	assert_string_equal(get("a=x\\", "a"), "x\\");
	assert_string_equal(get("a=\"x y", "a"), "x y"); /* never closed: to the end */
	assert_string_equal(get("\"\" a=1", "a"), "1");
	assert_null(get("b=\"x a=1 y\"", "a"));
}

static void cuts_long_values(void **state)
{
	(void)state;
	for (size_t size = 0; size < 8; size++) {
		char *buf = malloc(size + 1);

		buf[0] = '~';
		assert_int_equal(cmdline_get("a=hello", "a", buf, size), 5);
		if (size == 0)
			assert_int_equal(buf[0], '~');
		else
			assert_int_equal(strlen(buf), size > 5 ? 5 : size - 1);
		free(buf);
	}
}

/* What cmdline_size() makes of the value; `result` is what it returned. */
static uint64_t size_of(const char *value, int *result)
{
	char line[128];
	uint64_t bytes = 77;

	snprintf(line, sizeof(line), "x mem=%s y", value);
	*result = cmdline_size(line, "mem", &bytes);
	if (*result != 1)
		assert_int_equal(bytes, 77);
	return bytes;
}

static void reads_sizes(void **state)
{
	static const struct {
		const char *value;
		uint64_t bytes;
	} good[] = {
		{"0", 0},
		{"1", 1},
		{"4096", 4096},
		{"64K", KIB(64)},
		{"64k", KIB(64)},
		{"3M", MIB(3)},
		{"2g", GIB(2)},
		{"1T", TIB(1)},
		{"0x10", 16},
		{"0xfFM", MIB(255)},
		{"007", 7},
		{"18446744073709551615", UINT64_MAX},
		{"0xffffffffffffffff", UINT64_MAX},
		{"16777215T", 16777215 * TIB(1)},
	};
	static const char *const bad[] = {
		"",
		"K",
		"x",
		"0x",
		"0xg",
		"1Q",
		"1KB",
		"-1",
		"1\\ K",
		"1.5G",
		"0x1P",
		"18446744073709551616",
		"16777216T",
		"0x10000000000000000",
		"00000000000000000000000000000000001",
	};
	int result;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		assert_int_equal(size_of(good[i].value, &result), good[i].bytes);
		assert_int_equal(result, 1);
	}
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		size_of(bad[i], &result);
		assert_int_equal(result, -1);
	}
}

static void no_size(void **state)
{
	uint64_t bytes = 77;

	(void)state;
	assert_int_equal(cmdline_size("memory=1 mem", "mem", &bytes), 0);
	assert_int_equal(bytes, 77);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_values), cmocka_unit_test(finds_flags),
		cmocka_unit_test(quotes),	cmocka_unit_test(cuts_long_values),
		cmocka_unit_test(reads_sizes),	cmocka_unit_test(no_size),
	};

	return cmocka_run_group_tests_name("cmdline", tests, NULL, NULL);
}
