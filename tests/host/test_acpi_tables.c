// sources: kernel/dev/acpi_tables.c kernel/lib/crc32.c kernel/lib/fmt.c tests/host/told.c
// sources: tests/host/acpi_build.c
/* From the root pointer to the tables: lists of either width, and all that can be wrong with them.
 */
#include "host_test.h"

#include "acpi_build.h"
#include "dev/acpi_table.h"
#include "told.h"

/* What the parsers of single tables were called with, in their place. */
static char calls[64];
static uint32_t lengths[8];
static unsigned n_calls;
static uint64_t fadt_dsdt; /* what the FADT names */

static void record(const char *name, const struct acpi_table *table)
{
	assert_true(n_calls < ARRAY_SIZE(lengths));
	assert_true(bytes_size(&table->bytes) >= ACPI_HEADER_SIZE);
	lengths[n_calls++] = bytes_size(&table->bytes);
	strcat(calls, name);
}

void acpi_parse_madt(const struct acpi_access *access, const struct acpi_table *table,
		     struct acpi_madt_info *info)
{
	(void)access;
	record("M", table);
	info->present = true;
}

void acpi_parse_fadt(const struct acpi_access *access, const struct acpi_table *table,
		     struct acpi_fadt_info *info)
{
	(void)access;
	record("F", table);
	info->present = true;
	info->dsdt = PADDR(fadt_dsdt);
}

void acpi_parse_hpet(const struct acpi_access *access, const struct acpi_table *table,
		     struct acpi_hpet_info *info)
{
	(void)access;
	record("H", table);
	info->present = true;
}

void acpi_parse_srat(const struct acpi_access *access, const struct acpi_table *table,
		     struct acpi_srat_info *info)
{
	(void)access;
	record("S", table);
	info->present = true;
}

#define RECORDER(parser, letter, type, field)                                         \
	void parser(const struct acpi_access *access, const struct acpi_table *table, \
		    struct type *info)                                                \
	{                                                                             \
		(void)access;                                                         \
		record(letter, table);                                                \
		info->field = true;                                                   \
	}

RECORDER(acpi_parse_mcfg, "C", acpi_mcfg_info, present)
RECORDER(acpi_parse_dmar, "R", acpi_iommu_info, dmar_present)
RECORDER(acpi_parse_ivrs, "V", acpi_iommu_info, ivrs_present)

void acpi_parse_dsdt(const struct acpi_access *access, const struct acpi_table *table,
		     struct acpi_sleep_info *info)
{
	(void)access;
	record("D", table);
	info->present = true;
}

static int parse(struct acpi_info *info)
{
	calls[0] = '\0';
	n_calls = 0;
	return acpi_build_parse(info);
}

/* Three tables and a foreign one. */
static void add_tables(uint64_t addrs[4])
{
	static const uint8_t body[64];

	acpi_build_begin();
	addrs[0] = acpi_build_table("FACP", 3, body, 64);
	addrs[1] = acpi_build_table("SSDT", 1, body, 10);
	addrs[2] = acpi_build_table("APIC", 3, body, 8);
	addrs[3] = acpi_build_table("HPET", 1, body, 20);
}

static void lists_of_both_widths(void **state)
{
	struct acpi_info info;
	uint64_t addrs[4];

	(void)state;
	add_tables(addrs);
	acpi_build_rsdp(0, acpi_build_list("RSDT", addrs, 4), 0);
	assert_int_equal(parse(&info), 0);
	assert_string_equal(calls, "FMH");
	assert_int_equal(lengths[0], 100);
	assert_int_equal(lengths[1], 44);
	assert_int_equal(lengths[2], 56);
	assert_int_equal(info.revision, 0);
	/* The root pointer, the list and the tables, each in a line. */
	assert_int_equal(told_count(), 6);
	assert_int_equal(told_times("ignored") + told_times("wrong"), 0);

	add_tables(addrs);
	acpi_build_rsdp(2, 0, acpi_build_list("XSDT", addrs, 4));
	assert_int_equal(parse(&info), 0);
	assert_string_equal(calls, "FMH");
	assert_int_equal(info.revision, 2);
	assert_int_equal(told_count(), 6);
	assert_true(told_has("SSDT at") && told_has("not used"));
}

/* Both lists are there: the wide one counts, unless it cannot be read. */
static void falls_back_to_the_rsdt(void **state)
{
	struct acpi_info info;
	uint64_t addrs[4];
	uint64_t rsdt;
	uint64_t xsdt;

	(void)state;
	add_tables(addrs);
	rsdt = acpi_build_list("RSDT", addrs, 1);
	xsdt = acpi_build_list("XSDT", addrs + 2, 2);
	acpi_build_rsdp(2, rsdt, xsdt);
	assert_int_equal(parse(&info), 0);
	assert_string_equal(calls, "MH");

	acpi_build_rsdp(0, rsdt, xsdt); /* ACPI 1.0 has none */
	assert_int_equal(parse(&info), 0);
	assert_string_equal(calls, "F");

	acpi_build_rsdp(2, rsdt, 0xdead0000);
	assert_int_equal(parse(&info), 0);
	assert_string_equal(calls, "F");
	assert_true(told_has("no XSDT at 0xdead0000"));

	acpi_build_rsdp(2, rsdt, rsdt); /* the wrong list */
	assert_int_equal(parse(&info), 0);
	assert_string_equal(calls, "F");

	acpi_build_rsdp(2, rsdt, xsdt);
	*acpi_build_at(xsdt + 4) = 35;
	assert_int_equal(parse(&info), 0);
	assert_string_equal(calls, "F");
	assert_true(told_has("length 35, header CRC"));
}

static void no_list_at_all(void **state)
{
	struct acpi_info info;

	(void)state;
	acpi_build_begin();
	acpi_build_rsdp(2, 0, 0);
	assert_int_equal(parse(&info), -1);
	assert_true(told_has("no list of tables"));
	acpi_build_rsdp(0, 0xffffffff, 0);
	assert_int_equal(parse(&info), -1);
	acpi_build_rsdp(2, 0, UINT64_MAX);
	assert_int_equal(parse(&info), -1);
}

static void root_pointer(void **state)
{
	struct acpi_info info;
	uint64_t addrs[4];

	(void)state;
	add_tables(addrs);
	acpi_build_rsdp(2, acpi_build_list("RSDT", addrs, 1), acpi_build_list("XSDT", addrs, 4));
	acpi_rsdp[9] ^= 1; /* in both sums */
	assert_int_equal(parse(&info), 0);
	assert_int_equal(told_times("wrong checksum, used all the same"), 1);
	acpi_rsdp[9] ^= 1;
	acpi_rsdp[33] ^= 1; /* in the sum of all only */
	assert_int_equal(parse(&info), 0);
	assert_int_equal(told_times("wrong checksum, used all the same"), 1);
	for (acpi_rsdp_size = 20; acpi_rsdp_size < 36; acpi_rsdp_size++) {
		assert_int_equal(parse(&info), 0); /* cut off: only the RSDT is known */
		assert_string_equal(calls, "F");
	}
	for (acpi_rsdp_size = 0; acpi_rsdp_size < 20; acpi_rsdp_size++) {
		assert_int_equal(parse(&info), -1);
		assert_true(told_has("no root pointer"));
	}
	acpi_rsdp_size = 36;
	for (int i = 0; i < 8; i++) {
		acpi_rsdp[i] ^= 0x20;
		assert_int_equal(parse(&info), -1);
		acpi_rsdp[i] ^= 0x20;
	}
}

static void zero_and_wild_pointers(void **state)
{
	struct acpi_info info;
	uint64_t addrs[4];
	uint64_t list[6];

	(void)state;
	add_tables(addrs);
	list[0] = 0;
	list[1] = UINT64_MAX;
	list[2] = addrs[2];
	list[3] = 0xfee00000;
	list[4] = addrs[0];
	list[5] = acpi_memory.base + acpi_memory.size - 35; /* too short for a header */
	acpi_build_rsdp(2, 0, acpi_build_list("XSDT", list, 6));
	assert_int_equal(parse(&info), 0);
	assert_string_equal(calls, "MF");
	assert_true(told_has("XSDT: 1 entries are zero, ignored"));
	assert_true(told_has("table at 0xffffffffffffffff cannot be read"));
	assert_true(told_has("table at 0xfee00000 cannot be read"));
	assert_int_equal(told_times("ignored"), 4);
}

static void lengths_of_tables(void **state)
{
	static const uint32_t absurd[] = {0, 1, 35, 0x100001, 0x7fffffff, 0xffffffff};
	struct acpi_info info;
	uint64_t addrs[4];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(absurd); i++) {
		add_tables(addrs);
		acpi_build_rsdp(2, 0, acpi_build_list("XSDT", addrs, 4));
		memcpy(acpi_build_at(addrs[2] + 4), &absurd[i], 4);
		assert_int_equal(parse(&info), 0);
		assert_string_equal(calls, "FH");
		assert_true(told_has("APIC at 0x"));
		assert_true(told_has("ignored"));
	}
	*acpi_build_at(addrs[2] + 6) = 0x0f; /* allowed, but more than there is memory */
	*acpi_build_at(addrs[2] + 7) = 0;
	parse(&info);
	assert_true(told_has("cannot be read, ignored"));
}

static void tables_that_change(void **state)
{
	struct acpi_info info;
	uint64_t addrs[4];

	(void)state;
	add_tables(addrs);
	acpi_build_rsdp(2, 0, acpi_build_list("XSDT", addrs, 4));
	acpi_memory.changing = addrs[0];
	assert_int_equal(parse(&info), 0);
	assert_string_equal(calls, "MH");
	assert_true(told_has("FACP at"));
}

static void wrong_checksums_are_told(void **state)
{
	struct acpi_info info;
	uint64_t addrs[4];
	uint64_t xsdt;

	(void)state;
	add_tables(addrs);
	xsdt = acpi_build_list("XSDT", addrs, 4);
	acpi_build_rsdp(2, 0, xsdt);
	(*acpi_build_at(xsdt + 9))++;
	(*acpi_build_at(addrs[0] + 9))++;
	(*acpi_build_at(addrs[1] + 9))++; /* the SSDT is not read */
	(*acpi_build_at(addrs[3] + 50))++;
	assert_int_equal(parse(&info), 0);
	assert_string_equal(calls, "FMH");
	assert_true(told_has("XSDT at"));
	assert_true(told_has("FACP at"));
	assert_true(told_has("HPET at"));
	assert_int_equal(told_times("wrong checksum"), 3);
}

static void second_tables_are_ignored(void **state)
{
	struct acpi_info info;
	uint64_t addrs[4];
	uint64_t list[6];

	(void)state;
	add_tables(addrs);
	for (int i = 0; i < 3; i++)
		list[i] = list[i + 3] = addrs[i == 0 ? 0 : i + 1];
	acpi_build_rsdp(2, 0, acpi_build_list("XSDT", list, 6));
	assert_int_equal(parse(&info), 0);
	assert_string_equal(calls, "FMH");
	assert_int_equal(told_times("a second one, ignored"), 3);
}

static void odd_and_long_lists(void **state)
{
	struct acpi_info info;
	uint64_t addrs[4];
	uint64_t list[300];
	uint64_t xsdt;

	(void)state;
	add_tables(addrs);
	for (int i = 0; i < 300; i++)
		list[i] = addrs[1];
	list[255] = addrs[0];
	list[256] = addrs[2];
	xsdt = acpi_build_list("XSDT", list, 300);
	acpi_build_rsdp(2, 0, xsdt);
	assert_int_equal(parse(&info), 0);
	assert_string_equal(calls, "F");
	assert_true(told_has("XSDT: 300 entries, only 256 used"));

	add_tables(addrs);
	xsdt = acpi_build_list("XSDT", addrs, 4);
	*acpi_build_at(xsdt + 4) -= 3;
	acpi_build_rsdp(2, 0, xsdt);
	assert_int_equal(parse(&info), 0);
	assert_string_equal(calls, "FM");
	assert_true(told_has("XSDT: 5 bytes after the last entry"));

	acpi_build_begin();
	acpi_build_rsdp(2, 0, acpi_build_list("XSDT", NULL, 0));
	assert_int_equal(parse(&info), 0);
	assert_string_equal(calls, "");
	assert_false(info.madt.present || info.fadt.present || info.hpet.present);
}

/* A list that leads to itself, or a table that is its own list, must not go round in circles. */
static void circles(void **state)
{
	struct acpi_info info;
	uint64_t self = acpi_memory.base;

	(void)state;
	acpi_build_begin();
	self = acpi_build_list("XSDT", &self, 1);
	memcpy(acpi_build_at(self + 36), &self, 8);
	acpi_build_rsdp(2, 0, self);
	assert_int_equal(parse(&info), 0);
	assert_string_equal(calls, "");
}

/* Read last, wherever it is; other tables in its place are not. */
static void the_dsdt_that_the_fadt_names(void **state)
{
	static const uint8_t body[64];
	struct acpi_info info;
	uint64_t addrs[4];

	(void)state;
	add_tables(addrs);
	fadt_dsdt = acpi_build_table("DSDT", 2, body, 10);
	acpi_build_rsdp(0, acpi_build_list("RSDT", addrs, 4), 0);
	assert_int_equal(parse(&info), 0);
	assert_string_equal(calls, "FMHD");
	assert_int_equal(lengths[3], 46);
	assert_true(info.sleep.present);
	fadt_dsdt = addrs[1];
	assert_int_equal(parse(&info), 0);
	assert_string_equal(calls, "FMH");
	assert_true(told_has("no DSDT at"));
	fadt_dsdt = 0x1000;
	assert_int_equal(parse(&info), 0);
	assert_true(told_has("no DSDT at 0x1000"));
	fadt_dsdt = 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_of_both_widths),
		cmocka_unit_test(falls_back_to_the_rsdt),
		cmocka_unit_test(no_list_at_all),
		cmocka_unit_test(root_pointer),
		cmocka_unit_test(zero_and_wild_pointers),
		cmocka_unit_test(lengths_of_tables),
		cmocka_unit_test(tables_that_change),
		cmocka_unit_test(wrong_checksums_are_told),
		cmocka_unit_test(second_tables_are_ignored),
		cmocka_unit_test(odd_and_long_lists),
		cmocka_unit_test(circles),
		cmocka_unit_test(the_dsdt_that_the_fadt_names),
	};

	return cmocka_run_group_tests_name("acpi_tables", tests, NULL, NULL);
}
