// sources: kernel/dev/acpi_madt.c kernel/lib/fmt.c tests/host/told.c
/* The MADT: CPUs, interrupt controllers and overrides, and entries that are not as they should be.
 */
#include "host_test.h"

#include "acpi_alone.h"

static uint8_t bytes[16384];
static uint32_t size;
static struct acpi_madt_info info;

static void put32(uint32_t offset, uint32_t value)
{
	memcpy(bytes + offset, &value, 4);
}

static void begin(void)
{
	memset(bytes, 0, sizeof(bytes));
	memcpy(bytes, "APIC", 4);
	put32(36, 0xfee00000);
	put32(40, 1);
	size = 44;
}

static void add(const uint8_t *entry, uint32_t n)
{
	assert_true(size + n <= sizeof(bytes));
	memcpy(bytes + size, entry, n);
	size += n;
}

#define ADD(...) add((const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}))

static void add_lapic(uint8_t uid, uint8_t id, uint8_t flags)
{
	ADD(0, 8, uid, id, flags, 0, 0, 0);
}

static void add_x2apic(uint32_t uid, uint32_t id, uint8_t flags)
{
	uint32_t at = size;

	ADD(9, 16, 0, 0, 0, 0, 0, 0, flags, 0, 0, 0, 0, 0, 0, 0);
	put32(at + 4, id);
	put32(at + 12, uid);
}

static void parse(void)
{
	struct acpi_table table = acpi_alone(bytes, size);

	memset(&info, 0, sizeof(info));
	acpi_parse_madt(&acpi_alone_access, &table, &info);
	acpi_alone_free(&table);
}

static void a_usual_machine(void **state)
{
	(void)state;
	begin();
	for (uint8_t i = 0; i < 4; i++)
		add_lapic(i, (uint8_t)(2 * i), 1);
	ADD(1, 12, 3, 0, 0, 0, 0xc0, 0xfe, 24, 0, 0, 0);
	ADD(2, 10, 0, 0, 2, 0, 0, 0, 0, 0);
	ADD(2, 10, 0, 9, 9, 0, 0, 0, 0x0f, 0);
	ADD(4, 6, 0xff, 5, 0, 1);
	ADD(3, 8, 0x0d, 0, 17, 0, 0, 0);
	parse();
	assert_int_equal(told_count(), 0);
	assert_true(info.present);
	assert_true(info.has_8259);
	assert_int_equal(info.lapic_addr.raw, 0xfee00000);
	assert_int_equal(info.n_cpus, 4);
	assert_int_equal(info.cpus[3].apic_id, 6);
	assert_int_equal(info.cpus[3].acpi_uid, 3);
	assert_false(info.cpus[3].x2apic);
	assert_int_equal(info.n_ioapics, 1);
	assert_int_equal(info.ioapics[0].id, 3);
	assert_int_equal(info.ioapics[0].addr.raw, 0xfec00000);
	assert_int_equal(info.ioapics[0].gsi_base, 24);
	assert_int_equal(info.n_overrides, 2);
	assert_int_equal(info.overrides[0].irq, 0);
	assert_int_equal(info.overrides[0].gsi, 2);
	assert_int_equal(info.overrides[1].flags, ACPI_POLARITY_LOW | ACPI_TRIGGER_LEVEL);
	assert_int_equal(info.n_lapic_nmis, 1);
	assert_int_equal(info.lapic_nmis[0].acpi_uid, ACPI_UID_ALL);
	assert_int_equal(info.lapic_nmis[0].flags, 5);
	assert_int_equal(info.lapic_nmis[0].lint, 1);
	assert_int_equal(info.n_nmi_sources, 1);
	assert_int_equal(info.nmi_sources[0].gsi, 17);
	assert_int_equal(info.nmi_sources[0].flags, 0x0d);
}

static void x2apic_only(void **state)
{
	(void)state;
	begin();
	put32(40, 0);
	add_x2apic(1000, 0x12345, 1);
	add_x2apic(1001, 0xff, 1); /* an ID like any other here */
	ADD(10, 12, 3, 0, 0xe9, 3, 0, 0, 1, 0, 0, 0);
	ADD(5, 12, 0, 0, 0, 0, 0, 0xfd, 1, 0, 0, 0);
	parse();
	assert_int_equal(told_count(), 0);
	assert_false(info.has_8259);
	assert_int_equal(info.n_cpus, 2);
	assert_int_equal(info.cpus[0].apic_id, 0x12345);
	assert_int_equal(info.cpus[0].acpi_uid, 1000);
	assert_true(info.cpus[0].x2apic);
	assert_int_equal(info.cpus[1].apic_id, 0xff);
	assert_int_equal(info.lapic_nmis[0].acpi_uid, 1001);
	assert_int_equal(info.lapic_nmis[0].flags, 3);
	assert_int_equal(info.lapic_nmis[0].lint, 1);
	assert_int_equal(info.lapic_addr.raw, 0x1fd000000);
}

static void disabled_and_impossible_cpus(void **state)
{
	(void)state;
	begin();
	add_lapic(0, 0, 1);
	add_lapic(1, 1, 0);
	add_lapic(2, 2, 2); /* could be plugged in later */
	add_lapic(3, 0xff, 1);
	add_x2apic(4, 0xffffffff, 1);
	add_x2apic(5, 300, 0);
	add_x2apic(6, 301, 3);
	parse();
	assert_int_equal(info.n_cpus, 2);
	assert_int_equal(info.cpus[1].apic_id, 301);
	assert_int_equal(info.cpus_seen, 7);
	assert_int_equal(info.cpus_disabled, 5);
}

static void the_same_cpu_twice(void **state)
{
	(void)state;
	begin();
	for (uint8_t i = 0; i < 3; i++)
		add_lapic(i, i, 1);
	for (uint8_t i = 0; i < 4; i++)
		add_x2apic(i, i, 1);
	add_lapic(7, 0, 1);
	parse();
	assert_int_equal(info.n_cpus, 4);
	assert_int_equal(info.cpus[3].apic_id, 3);
	assert_int_equal(info.cpus_double, 4);
	assert_true(told_has("4 CPUs with an APIC ID listed before"));
	assert_int_equal(told_count(), 1);
}

static void more_than_there_is_room_for(void **state)
{
	(void)state;
	begin();
	for (uint32_t i = 0; i < 300; i++)
		add_x2apic(i, i, 1);
	for (uint8_t i = 0; i < 18; i++)
		ADD(1, 12, i, 0, 0, 0, 0, 0, 0, 0, 0, 0);
	for (uint8_t i = 0; i < 25; i++)
		ADD(2, 10, 0, i, i, 0, 0, 0, 0, 0);
	for (uint8_t i = 0; i < 17; i++)
		ADD(3, 8, 0, 0, i, 0, 0, 0);
	for (int i = 0; i < 257; i++)
		ADD(4, 6, (uint8_t)i, 0, 0, 1);
	parse();
	assert_int_equal(info.n_cpus, ACPI_CPUS_MAX);
	assert_int_equal(info.cpus_ignored, 44);
	assert_true(told_has("44 CPUs beyond 256, ignored"));
	assert_int_equal(info.n_ioapics, ACPI_IOAPICS_MAX);
	assert_int_equal(info.n_overrides, ACPI_OVERRIDES_MAX);
	assert_int_equal(info.n_nmi_sources, ACPI_IOAPICS_MAX);
	assert_int_equal(info.n_lapic_nmis, ACPI_NMIS_MAX);
	assert_int_equal(told_count(), 1 + 2 + 1 + 1 + 1);
}

static void unknown_entries_are_skipped(void **state)
{
	(void)state;
	begin();
	ADD(6, 4, 1, 2);
	ADD(0x80, 2);
	ADD(0xff, 5, 1, 2, 3);
	add_lapic(0, 9, 1);
	parse();
	assert_int_equal(told_count(), 0);
	assert_int_equal(info.n_cpus, 1);
	assert_int_equal(info.cpus[0].apic_id, 9);
}

/* Each known type, with every length below its own, and then one CPU more that is not reached. */
static void short_entries_stop(void **state)
{
	static const uint8_t types[][2] = {{0, 8},  {1, 12}, {2, 10},  {3, 8}, {4, 6},
					   {5, 12}, {9, 16}, {10, 12}, {77, 2}};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		for (uint8_t length = 0; length < types[i][1]; length++) {
			const uint8_t entry[16] = {types[i][0], length};

			begin();
			add_lapic(0, 1, 1);
			add(entry, types[i][1]);
			add_lapic(0, 2, 1);
			parse();
			assert_int_equal(info.n_cpus, 1);
			assert_true(told_has("at offset 52 has"));
			assert_int_equal(told_count(), 1);
		}
	}
}

static void entries_that_are_cut_off_stop(void **state)
{
	(void)state;
	begin();
	add_lapic(0, 1, 1);
	add_lapic(0, 2, 1);
	for (size = 59; size > 52; size--) {
		parse();
		assert_int_equal(info.n_cpus, 1);
		assert_true(told_has("stopped"));
	}
	begin();
	ADD(0, 255, 0, 0, 1, 0, 0, 0);
	parse();
	assert_int_equal(info.n_cpus, 0);
	assert_true(told_has("entry of type 0 at offset 44 has 255 bytes"));
}

static void tables_that_are_too_short(void **state)
{
	(void)state;
	begin();
	parse();
	assert_true(info.present);
	assert_int_equal(info.n_cpus, 0);
	for (size = 36; size < 44; size++) {
		parse();
		assert_false(info.present);
		assert_true(told_has("MADT: only"));
	}
}

static void wrong_pins_are_told(void **state)
{
	(void)state;
	begin();
	ADD(4, 6, 0, 0, 0, 2);
	ADD(10, 12, 0, 0, 0, 0, 0, 0, 255, 0, 0, 0);
	parse();
	assert_int_equal(info.n_lapic_nmis, 0);
	assert_true(told_has("NMI at LINT2"));
	assert_true(told_has("NMI at LINT255"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_usual_machine),
		cmocka_unit_test(x2apic_only),
		cmocka_unit_test(disabled_and_impossible_cpus),
		cmocka_unit_test(the_same_cpu_twice),
		cmocka_unit_test(more_than_there_is_room_for),
		cmocka_unit_test(unknown_entries_are_skipped),
		cmocka_unit_test(short_entries_stop),
		cmocka_unit_test(entries_that_are_cut_off_stop),
		cmocka_unit_test(tables_that_are_too_short),
		cmocka_unit_test(wrong_pins_are_told),
	};

	return cmocka_run_group_tests_name("acpi_madt", tests, NULL, NULL);
}
