// sources: kernel/dev/acpi_fadt.c kernel/lib/fmt.c tests/host/told.c
/* The FADT of every length, with its registers in either place, and the HPET's table. */
#include "host_test.h"

#include "acpi_alone.h"

static uint8_t bytes[276];
static uint32_t size;
static struct acpi_fadt_info fadt;
static struct acpi_hpet_info hpet;

static void put(uint32_t offset, uint64_t value, size_t n)
{
	memcpy(bytes + offset, &value, n);
}

static void put_register(uint32_t offset, uint8_t space, uint8_t bits, uint64_t address)
{
	bytes[offset] = space;
	bytes[offset + 1] = bits;
	put(offset + 4, address, 8);
}

/* A table as QEMU's q35 has it. */
static void begin(void)
{
	memset(bytes, 0, sizeof(bytes));
	size = 244;
	bytes[8] = 3;
	put(40, 0x7ffe1000, 4);
	put(46, 9, 2);
	put(48, 0xb2, 4);
	bytes[52] = 2;
	put(64, 0x604, 4);
	put(76, 0x608, 4);
	bytes[91] = 4;
	bytes[108] = 0x32;
	put(109, 2, 2);
	put(112, 0x84a5 | 1 << 10, 4);
	put_register(116, 1, 8, 0xcf9);
	bytes[128] = 0xf;
	put(140, 0x7ffe1000, 8);
	put_register(208, 1, 32, 0x608);
}

/* By both parsers, whatever it is. */
static void parse(void)
{
	struct acpi_table table = acpi_alone(bytes, size);

	memset(&fadt, 0, sizeof(fadt));
	memset(&hpet, 0, sizeof(hpet));
	acpi_parse_fadt(&acpi_alone_access, &table, &fadt);
	acpi_parse_hpet(&acpi_alone_access, &table, &hpet);
	acpi_alone_free(&table);
}

static void a_usual_machine(void **state)
{
	(void)state;
	begin();
	parse();
	assert_true(fadt.present);
	assert_false(fadt.hw_reduced);
	assert_false(fadt.legacy_devices);
	assert_true(fadt.i8042);
	assert_false(fadt.no_vga);
	assert_false(fadt.no_cmos_rtc);
	assert_int_equal(fadt.century, 0x32);
	assert_int_equal(fadt.sci_irq, 9);
	assert_int_equal(fadt.smi_cmd, 0xb2);
	assert_int_equal(fadt.acpi_enable, 2);
	assert_int_equal(fadt.pm1a_cnt, 0x604);
	assert_int_equal(fadt.pm1b_cnt, 0);
	assert_int_equal(fadt.dsdt.raw, 0x7ffe1000);
	assert_int_equal(fadt.pm_timer.space, ACPI_SPACE_PORT);
	assert_int_equal(fadt.pm_timer.address, 0x608);
	assert_int_equal(fadt.pm_timer_bits, 24);
	assert_int_equal(fadt.reset.space, ACPI_SPACE_PORT);
	assert_int_equal(fadt.reset.address, 0xcf9);
	assert_int_equal(fadt.reset_value, 0xf);
}

/* Every length: what is there is read, and nothing else. */
static void every_length(void **state)
{
	(void)state;
	begin();
	for (size = 36; size <= sizeof(bytes); size++) {
		parse();
		assert_true(fadt.present);
		assert_int_equal(told_has("FADT: only"), size < 80);
		assert_int_equal(fadt.pm_timer.space,
				 size >= 92 ? ACPI_SPACE_PORT : ACPI_SPACE_NONE);
		assert_int_equal(fadt.reset.space, size >= 128 ? ACPI_SPACE_PORT : ACPI_SPACE_NONE);
		assert_int_equal(fadt.legacy_devices, size < 111);
		assert_true(fadt.i8042);
		assert_int_equal(fadt.dsdt.raw, size >= 44 ? 0x7ffe1000 : 0);
	}
}

static void pm_timer_in_either_place(void **state)
{
	(void)state;
	begin();
	put_register(208, 0, 32, 0xfed81000);
	put(112, 1 << 8, 4);
	parse();
	assert_int_equal(fadt.pm_timer.space, ACPI_SPACE_MEMORY);
	assert_int_equal(fadt.pm_timer.address, 0xfed81000);
	assert_int_equal(fadt.pm_timer_bits, 32);
	assert_int_equal(fadt.reset.space, ACPI_SPACE_NONE); /* its flag is gone */

	put_register(208, 1, 32, 0); /* empty: the old field */
	parse();
	assert_int_equal(fadt.pm_timer.space, ACPI_SPACE_PORT);
	assert_int_equal(fadt.pm_timer.address, 0x608);
	put_register(208, 1, 32, 0x10000); /* no such port: likewise */
	parse();
	assert_int_equal(fadt.pm_timer.address, 0x608);
	put_register(208, 127, 32, 0x408); /* some other kind of space */
	parse();
	assert_int_equal(fadt.pm_timer.address, 0x608);
	bytes[91] = 0;
	parse();
	assert_int_equal(fadt.pm_timer.space, ACPI_SPACE_NONE);
	bytes[91] = 4;
	put(76, 0x10000, 4);
	parse();
	assert_int_equal(fadt.pm_timer.space, ACPI_SPACE_NONE);
	put(76, 0, 4);
	parse();
	assert_int_equal(fadt.pm_timer.space, ACPI_SPACE_NONE);
}

static void hardware_reduced(void **state)
{
	(void)state;
	begin();
	put(112, 1 << 20, 4);
	parse();
	assert_true(fadt.hw_reduced);
	assert_int_equal(fadt.pm_timer.space, ACPI_SPACE_NONE);
	assert_int_equal(fadt.sleep_control.space, ACPI_SPACE_NONE);
	size = 268;
	put_register(244, 1, 8, 0x3f0);
	parse();
	assert_int_equal(fadt.sleep_control.space, ACPI_SPACE_PORT);
	assert_int_equal(fadt.sleep_control.address, 0x3f0);
	put(112, 0, 4); /* such a register counts on such machines only */
	parse();
	assert_int_equal(fadt.sleep_control.space, ACPI_SPACE_NONE);
}

static void ports_that_are_none(void **state)
{
	(void)state;
	begin();
	put(48, 0x100b2, 4);
	put(64, 0x10604, 4);
	put(68, 0xffffffff, 4);
	parse();
	assert_int_equal(fadt.smi_cmd, 0);
	assert_int_equal(fadt.pm1a_cnt, 0);
	assert_int_equal(fadt.pm1b_cnt, 0);
}

static void legacy_flags(void **state)
{
	(void)state;
	begin();
	put(109, 0x25, 2);
	parse();
	assert_true(fadt.legacy_devices);
	assert_false(fadt.i8042);
	assert_true(fadt.no_vga);
	assert_true(fadt.no_cmos_rtc);
	bytes[8] = 1; /* before there were such flags */
	parse();
	assert_true(fadt.legacy_devices);
	assert_true(fadt.i8042);
	assert_false(fadt.no_vga);
}

static void wide_dsdt_counts(void **state)
{
	(void)state;
	begin();
	put(140, 0x100007ffe1000, 8);
	parse();
	assert_int_equal(fadt.dsdt.raw, 0x100007ffe1000);
	put(140, 0, 8);
	parse();
	assert_int_equal(fadt.dsdt.raw, 0x7ffe1000);
}

static void begin_hpet(void)
{
	memset(bytes, 0, sizeof(bytes));
	size = 56;
	put(36, 0x8086a201, 4);
	put_register(40, 0, 64, 0xfed00000);
	bytes[52] = 1;
	put(53, 0x3e8, 2);
}

static void hpet_table(void **state)
{
	(void)state;
	begin_hpet();
	parse();
	assert_true(hpet.present);
	assert_int_equal(hpet.id, 0x8086a201);
	assert_int_equal(hpet.addr.raw, 0xfed00000);
	assert_int_equal(hpet.number, 1);
	assert_int_equal(hpet.min_tick, 1000);
	for (size = 36; size < 56; size++) {
		parse();
		assert_false(hpet.present);
		assert_true(told_has("HPET: no registers"));
	}
	size = 56;
	bytes[40] = 1;
	parse();
	assert_false(hpet.present);
	begin_hpet();
	put(44, 0, 8);
	parse();
	assert_false(hpet.present);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_usual_machine),	    cmocka_unit_test(every_length),
		cmocka_unit_test(pm_timer_in_either_place), cmocka_unit_test(hardware_reduced),
		cmocka_unit_test(ports_that_are_none),	    cmocka_unit_test(legacy_flags),
		cmocka_unit_test(wide_dsdt_counts),	    cmocka_unit_test(hpet_table),
	};

	return cmocka_run_group_tests_name("acpi_fadt", tests, NULL, NULL);
}
