// sources: kernel/lib/cpio.c
/* The archive reader: sound archives, and every way of being unsound. */
#include "host_test.h"

#include "lib/cpio.h"

/* An archive under construction. */
struct archive {
	char bytes[8192];
	size_t size;
};

/* Append bytes, then zeros up to a multiple of 4. */
static void append(struct archive *a, const void *bytes, size_t n)
{
	memcpy(a->bytes + a->size, bytes, n);
	a->size += n;
	while (a->size % 4 != 0)
		a->bytes[a->size++] = '\0';
}

static void add(struct archive *a, const char *name, unsigned mode, const void *data, size_t n)
{
	char header[512];
	int len = snprintf(header, sizeof(header),
			   "070701%08X%08X%08X%08X%08X%08X%08zX%08X%08X%08X%08X%08zX%08X%s", 7,
			   mode, 0, 0, 1, 0, n, 0, 0, 0, 0, strlen(name) + 1, 0, name);

	append(a, header, (size_t)len + 1);
	append(a, data, n);
}

static volatile uint8_t sink;

/* Read an exact copy to its end; returns the number of entries, and the error if there was one. */
static int read_all(const struct archive *a, const char **error)
{
	uint8_t *copy = malloc(a->size + 1);
	uint8_t *bytes = copy + 1; /* and not aligned */
	struct cpio_entry entry;
	struct cpio reader;
	int n = 0;

	memcpy(bytes, a->bytes, a->size);
	cpio_open(&reader, bytes, a->size);
	while (cpio_next(&reader, &entry)) {
		for (uint64_t i = 0; i < entry.size; i++)
			sink ^= entry.data[i];
		assert_true(strlen(entry.name) < a->size);
		n++;
	}
	assert_false(cpio_next(&reader, &entry)); /* the end stays the end */
	*error = reader.error;
	free(copy);
	return n;
}

static void expect(const struct archive *a, int entries, const char *error)
{
	const char *got;

	assert_int_equal(read_all(a, &got), entries);
	if (error == NULL)
		assert_null(got);
	else
		assert_non_null(strstr(got ? got : "", error));
}

static struct archive sound(void)
{
	struct archive a = {.size = 0};

	add(&a, ".", 040755, "", 0);
	add(&a, "bin/smoke", 0100755, "\177ELF-and-more", 13);
	add(&a, "run/args", 0100644, "a\0b\0", 4);
	add(&a, "TRAILER!!!", 0, "", 0);
	return a;
}

static void reads_entries(void **state)
{
	struct archive a = sound();
	struct cpio_entry entry;
	struct cpio reader;

	(void)state;
	cpio_open(&reader, a.bytes, a.size);
	assert_true(cpio_next(&reader, &entry));
	assert_string_equal(entry.name, ".");
	assert_int_equal(entry.mode, 040755);
	assert_int_equal(entry.size, 0);
	assert_true(cpio_next(&reader, &entry));
	assert_string_equal(entry.name, "bin/smoke");
	assert_int_equal(entry.mode, 0100755);
	assert_int_equal(entry.size, 13);
	assert_memory_equal(entry.data, "\177ELF-and-more", 13);
	assert_true(cpio_next(&reader, &entry));
	assert_string_equal(entry.name, "run/args");
	assert_memory_equal(entry.data, "a\0b\0", 4);
	assert_false(cpio_next(&reader, &entry));
	assert_null(reader.error);
}

static void ignores_what_follows_the_trailer(void **state)
{
	struct archive a = sound();

	(void)state;
	append(&a, "rubbish", 7);
	expect(&a, 3, NULL);
}

static void every_truncation_is_told(void **state)
{
	struct archive a = sound();
	size_t end = a.size - 3;       /* without the padding */
	size_t trailer = a.size - 124; /* header, name, padding */
	struct archive cut = a;

	(void)state;
	for (cut.size = 0; cut.size < end; cut.size++) {
		const char *error;
		int n = read_all(&cut, &error);

		assert_non_null(error);
		assert_int_equal(n == 3, cut.size >= trailer);
	}
}

/* Overwrite 8 digits of the second header, which begins at 112. */
static struct archive with_field(size_t field, const char *digits)
{
	struct archive a = sound();

	memcpy(a.bytes + 112 + field, digits, 8);
	return a;
}

static void wrong_fields_are_told(void **state)
{
	struct archive a;

	(void)state;
	a = with_field(54, "0000000d"); /* small letters are digits as well */
	expect(&a, 3, NULL);
	a = with_field(54, "0000000G");
	expect(&a, 1, "no number");
	a = with_field(94, "        ");
	expect(&a, 1, "no number");
	a = with_field(14, "-0000001");
	expect(&a, 1, "no number");
	a = with_field(54, "FFFFFFFF");
	expect(&a, 1, "data is cut off");
	a = with_field(94, "FFFFFFFF");
	expect(&a, 1, "name");
	a = with_field(94, "00000000");
	expect(&a, 1, "name");
	a = with_field(94, "00000009"); /* the terminator is missing */
	expect(&a, 1, "name");
	a = with_field(94, "0000000B"); /* a terminator in the middle */
	expect(&a, 1, "name");
	a = with_field(0, "070702AA");
	expect(&a, 1, "no header");
	a = with_field(0, "0707010G"); /* not a field that is read */
	expect(&a, 3, NULL);
}

static void empty_and_random_bytes(void **state)
{
	struct archive a = {.size = 0};
	uint64_t random = 1;

	(void)state;
	expect(&a, 0, "without its trailer");
	for (int round = 0; round < 20000; round++) {
		const char *error;

		a = sound();
		for (int i = 0; i < 3; i++)
			a.bytes[test_random(&random) % a.size] = (char)test_random(&random);
		read_all(&a, &error);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_entries),
		cmocka_unit_test(ignores_what_follows_the_trailer),
		cmocka_unit_test(every_truncation_is_told),
		cmocka_unit_test(wrong_fields_are_told),
		cmocka_unit_test(empty_and_random_bytes),
	};

	return cmocka_run_group_tests_name("cpio", tests, NULL, NULL);
}
