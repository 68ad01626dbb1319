// sources: kernel/dev/acpi_s5.c kernel/lib/fmt.c tests/host/told.c
/* The package _S5 among the bytes of a DSDT, in every form that compilers give it. */
#include "host_test.h"

#include "acpi_alone.h"

#define HEADER_AND_CODE 40
#define CODE_MAX	64

static struct acpi_sleep_info sleep;

/* A table of a header, some other code, and this code. */
static void parse(const char *code, size_t n)
{
	uint8_t bytes[HEADER_AND_CODE + CODE_MAX];
	struct acpi_table table;

	assert_true(n <= CODE_MAX);
	memset(bytes, 0xa5, HEADER_AND_CODE);
	memcpy(bytes + HEADER_AND_CODE, code, n);
	table = acpi_alone(bytes, (uint32_t)(HEADER_AND_CODE + n));
	memset(&sleep, 0, sizeof(sleep));
	acpi_parse_dsdt(&acpi_alone_access, &table, &sleep);
	acpi_alone_free(&table);
}

#define PARSE(code) parse(code, sizeof(code) - 1)

static void expect(unsigned a, unsigned b)
{
	assert_true(sleep.present);
	assert_int_equal(sleep.type_a, a);
	assert_int_equal(sleep.type_b, b);
	assert_int_equal(told_count(), 0);
}

static void usual_forms(void **state)
{
	(void)state;
	PARSE("\x08_S5_\x12\x06\x04\x00\x00\x00\x00"); /* QEMU */
	expect(0, 0);
	PARSE("\x08\\_S5_\x12\x0a\x04\x0a\x05\x0a\x06\x00\x00"); /* with the root before the name */
	expect(5, 6);
	PARSE("\x08_S5_\x12\x07\x02\x01\x0b\x07\x00");
	expect(1, 7);
	PARSE("\x08_S5_\x12\x0c\x02\x0c\x03\x00\x00\x00\x0c\x04\x00\x00\x00");
	expect(3, 4);
}

/* A package of one number holds both types in its bytes. */
static void one_number(void **state)
{
	(void)state;
	PARSE("\x08_S5_\x12\x05\x01\x0b\x05\x07");
	expect(5, 7);
	PARSE("\x08_S5_\x12\x04\x01\x0a\x02");
	expect(2, 0);
}

/* A length of two to four bytes, whose nibble comes first (20.2.4). */
static void long_lengths(void **state)
{
	(void)state;
	PARSE("\x08_S5_\x12\x45\x00\x02\x01\x00");
	expect(1, 0);
	PARSE("\x08_S5_\x12\x86\x00\x00\x02\x01\x00");
	expect(1, 0);
	PARSE("\x08_S5_\x12\xc7\x00\x00\x00\x02\x01\x00");
	expect(1, 0);
	PARSE("\x08_S5_\x12\xcf\xff\xff\xff\x02\x01\x00"); /* to the end */
	expect(1, 0);
}

static void expect_none(unsigned n_told)
{
	assert_false(sleep.present);
	assert_int_equal(told_count(), n_told);
}

static void what_is_no_definition(void **state)
{
	(void)state;
	PARSE("");
	expect_none(0);
	PARSE("\x08_S5_");
	expect_none(0);
	PARSE("\x14_S5_\x12\x06\x04\x00\x00\x00\x00"); /* a method's name */
	expect_none(0);
	PARSE("\x14\\_S5_\x12\x06\x04\x00\x00\x00\x00");
	expect_none(0);
	PARSE("\x08_S5_\x0a\x05");
	expect_none(0);
	PARSE("\x08_S4_\x12\x06\x04\x00\x00\x00\x00");
	expect_none(0);
}

static void packages_that_hold_no_types(void **state)
{
	(void)state;
	PARSE("\x08_S5_\x12");
	expect_none(1);
	PARSE("\x08_S5_\x12\x00\x02\x00\x00"); /* too short for its own length */
	expect_none(1);
	PARSE("\x08_S5_\x12\x03\x02\x00\x00"); /* the second number lies behind it */
	expect_none(1);
	PARSE("\x08_S5_\x12\x05\x02\x0a\x08\x00"); /* more than three bits */
	expect_none(1);
	PARSE("\x08_S5_\x12\x05\x02\x00\x0a\x08");
	expect_none(1);
	PARSE("\x08_S5_\x12\x06\x02\x0d"
	      "ab\x00"); /* a string */
	expect_none(1);
	PARSE("\x08_S5_\x12\x06\x02\x00\x0b\x00"); /* cut off in the second number */
	expect_none(1);
	assert_true(told_has("_S5 at 41 holds no sleep types"));
}

static void the_first_that_holds_some_counts(void **state)
{
	(void)state;
	PARSE("\x08_S5_\x12\x02\x00\x08_S5_\x12\x04\x02\x01\x01\x08_S5_\x12\x04\x02\x00\x00");
	assert_true(sleep.present);
	assert_int_equal(sleep.type_a, 1);
	assert_int_equal(told_count(), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(usual_forms),
		cmocka_unit_test(one_number),
		cmocka_unit_test(long_lengths),
		cmocka_unit_test(what_is_no_definition),
		cmocka_unit_test(packages_that_hold_no_types),
		cmocka_unit_test(the_first_that_holds_some_counts),
	};

	return cmocka_run_group_tests_name("acpi_s5", tests, NULL, NULL);
}
