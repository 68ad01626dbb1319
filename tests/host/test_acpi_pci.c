// sources: kernel/dev/acpi_mcfg.c kernel/dev/acpi_iommu.c kernel/lib/fmt.c tests/host/told.c
/* The tables about PCI: where configuration space is, and the units that remap addresses. */
#include "host_test.h"

#include "acpi_alone.h"

static uint8_t bytes[4096];
static uint32_t size;
static struct acpi_mcfg_info mcfg;
static struct acpi_iommu_info iommu;

static void put(uint64_t value, size_t n)
{
	memcpy(bytes + size, &value, MIN(n, sizeof(value)));
	size += (uint32_t)n;
}

static void begin(const char *name, uint32_t fixed)
{
	memset(bytes, 0, sizeof(bytes));
	memcpy(bytes, name, 4);
	size = fixed;
}

/* By the parser that the table's name asks for. */
static void parse(void)
{
	struct acpi_table table = acpi_alone(bytes, size);

	memset(&mcfg, 0, sizeof(mcfg));
	memset(&iommu, 0, sizeof(iommu));
	if (table.name[0] == 'M')
		acpi_parse_mcfg(&acpi_alone_access, &table, &mcfg);
	else if (table.name[0] == 'D')
		acpi_parse_dmar(&acpi_alone_access, &table, &iommu);
	else
		acpi_parse_ivrs(&acpi_alone_access, &table, &iommu);
	acpi_alone_free(&table);
}

static void put_range(uint64_t base, uint16_t segment, uint8_t first, uint8_t last)
{
	put(base, 8);
	put(segment, 2);
	put(first, 1);
	put(last, 1);
	put(0, 4);
}

static void ecam_ranges(void **state)
{
	(void)state;
	begin("MCFG", 44);
	put_range(0xb0000000, 0, 0, 255);
	put_range(UINT64_C(0x8000000000), 1, 0x80, 0xbf);
	put(0, 15); /* less than an entry */
	parse();
	assert_true(mcfg.present);
	assert_int_equal(mcfg.n_ranges, 2);
	assert_int_equal(mcfg.ranges[0].base.raw, 0xb0000000);
	assert_int_equal(mcfg.ranges[0].last_bus, 255);
	assert_int_equal(mcfg.ranges[1].base.raw, UINT64_C(0x8000000000));
	assert_int_equal(mcfg.ranges[1].segment, 1);
	assert_int_equal(mcfg.ranges[1].first_bus, 0x80);
	assert_int_equal(told_count(), 0);
	for (size = 36; size < 60; size++) {
		parse();
		assert_int_equal(mcfg.n_ranges, 0);
	}
}

static void ecam_ranges_that_cannot_be(void **state)
{
	(void)state;
	begin("MCFG", 44);
	put_range(0, 0, 0, 255);
	put_range(0xb0001000, 0, 0, 255);
	put_range(UINT64_C(1) << 52, 0, 0, 255);
	put_range(0xb0000000, 0, 3, 2);
	parse();
	assert_int_equal(mcfg.n_ranges, 0);
	assert_int_equal(told_count(), 4);
	begin("MCFG", 44);
	for (unsigned i = 0; i < ACPI_ECAMS_MAX + 1; i++)
		put_range(0xb0000000, (uint16_t)i, 0, 255);
	parse();
	assert_int_equal(mcfg.n_ranges, ACPI_ECAMS_MAX);
	assert_int_equal(told_count(), 1);
}

static void put_drhd(uint64_t base, uint16_t length)
{
	put(0, 2);
	put(length, 2);
	put(0, 4);
	put(base, 8);
}

static void intel_units(void **state)
{
	(void)state;
	begin("DMAR", 48);
	put_drhd(0xfed90000, 16);
	put(1, 2); /* reserved memory: skipped */
	put(24, 2);
	put(0, 20);
	put_drhd(0xfed91000, 24); /* with a device scope */
	put(0, 8);
	put_drhd(0xfed90000, 16); /* again */
	put_drhd(0xfed90001, 16);
	parse();
	assert_true(iommu.dmar_present);
	assert_int_equal(iommu.n_units, 2);
	assert_int_equal(iommu.units[0].base.raw, 0xfed90000);
	assert_int_equal(iommu.units[1].base.raw, 0xfed91000);
	assert_false(iommu.units[1].amd);
	assert_int_equal(told_count(), 1);
}

static void amd_units(void **state)
{
	static const uint8_t types[] = {0x10, 0x11, 0x40, 0x20};

	(void)state;
	begin("IVRS", 48);
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		put(types[i], 2);
		put(24, 2);
		put(0, 4);
		put(i == 3 ? 0x1000 : 0xfeb80000 + 0x1000 * (i / 2), 8);
		put(0, 8);
	}
	parse();
	assert_true(iommu.ivrs_present);
	assert_int_equal(iommu.n_units, 2);
	assert_true(iommu.units[0].amd);
	assert_int_equal(iommu.units[1].base.raw, 0xfeb81000);
	assert_int_equal(told_count(), 0);
}

static void entries_of_wrong_lengths(void **state)
{
	static const uint16_t lengths[] = {0, 3, 17, 0xffff};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
		begin("DMAR", 48);
		put_drhd(0xfed90000, 16);
		put_drhd(0xfed91000, lengths[i]);
		parse();
		assert_int_equal(iommu.n_units, 1);
		assert_true(told_has("the rest ignored"));
	}
	begin("DMAR", 48);
	put(0, 2);
	put(8, 2); /* whole, but too short for a unit */
	put(0x1000, 4);
	parse();
	assert_int_equal(iommu.n_units, 0);
	assert_int_equal(told_count(), 0);
	begin("DMAR", 48);
	for (unsigned i = 0; i < ACPI_IOMMUS_MAX + 1; i++)
		put_drhd(0xfed00000 + i * 0x1000, 16);
	parse();
	assert_int_equal(iommu.n_units, ACPI_IOMMUS_MAX);
	assert_int_equal(told_count(), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ecam_ranges),
		cmocka_unit_test(ecam_ranges_that_cannot_be),
		cmocka_unit_test(intel_units),
		cmocka_unit_test(amd_units),
		cmocka_unit_test(entries_of_wrong_lengths),
	};

	return cmocka_run_group_tests_name("acpi_pci", tests, NULL, NULL);
}
