// sources: kernel/dev/acpi_srat.c kernel/lib/fmt.c tests/host/told.c
/* The SRAT: CPUs and memory by node, and entries of impossible lengths. */
#include "host_test.h"

#include "acpi_alone.h"

#define FIXED 48

static uint8_t bytes[8192];
static uint32_t size;
static struct acpi_srat_info srat;

static uint8_t *add(uint8_t type, uint8_t length)
{
	uint8_t *entry = bytes + size;

	entry[0] = type;
	entry[1] = length;
	size += length;
	return entry;
}

static void begin(void)
{
	memset(bytes, 0, sizeof(bytes));
	size = FIXED;
}

static void put(uint8_t *at, uint64_t value, size_t n)
{
	memcpy(at, &value, n);
}

static void add_cpu(uint32_t domain, uint32_t flags)
{
	uint8_t *entry = add(0, 16);

	entry[2] = (uint8_t)domain;
	put(entry + 4, flags, 4);
	entry[8] = 0xee; /* not of the domain */
	put(entry + 9, domain >> 8, 3);
}

static void add_x2apic(uint32_t domain, uint32_t flags)
{
	uint8_t *entry = add(2, 24);

	put(entry + 4, domain, 4);
	put(entry + 12, flags, 4);
}

static void add_memory(uint32_t domain, uint64_t length, uint32_t flags)
{
	uint8_t *entry = add(1, 40);

	put(entry + 2, domain, 4);
	put(entry + 16, length, 8);
	put(entry + 28, flags, 4);
}

static void parse(void)
{
	struct acpi_table table = acpi_alone(bytes, size);

	memset(&srat, 0, sizeof(srat));
	acpi_parse_srat(&acpi_alone_access, &table, &srat);
	acpi_alone_free(&table);
	assert_true(srat.present);
}

static void expect_node(unsigned index, uint32_t domain, uint32_t cpus, uint64_t length)
{
	assert_true(index < srat.n_nodes);
	assert_int_equal(srat.nodes[index].domain, domain);
	assert_int_equal(srat.nodes[index].cpus, cpus);
	assert_int_equal(srat.nodes[index].bytes, length);
}

static void nodes(void **state)
{
	(void)state;
	begin();
	add_cpu(0, 1);
	add_cpu(0x30201, 1);
	add_memory(0, 0xa0000, 1);
	add_memory(0, 0x7ff00000, 1);
	add_memory(0x30201, UINT64_C(1) << 40, 3);
	add_x2apic(0x30201, 1);
	add_x2apic(7, 1);
	parse();
	assert_int_equal(srat.n_nodes, 3);
	expect_node(0, 0, 1, 0x7ffa0000);
	expect_node(1, 0x30201, 2, UINT64_C(1) << 40);
	expect_node(2, 7, 1, 0);
	assert_int_equal(srat.ignored, 0);
	assert_int_equal(told_count(), 0);
}

static void what_is_not_enabled_does_not_count(void **state)
{
	(void)state;
	begin();
	add_cpu(1, 0);
	add_x2apic(2, 0);
	add_memory(3, 4096, 2);
	add(9, 4); /* an entry of another kind */
	parse();
	assert_int_equal(srat.n_nodes, 0);
	assert_int_equal(told_count(), 0);
}

static void more_nodes_than_fit(void **state)
{
	(void)state;
	begin();
	for (uint32_t i = 0; i < ACPI_NODES_MAX + 3; i++)
		add_x2apic(i, 1);
	add_memory(0, 4096, 1);
	add_memory(1000, 4096, 1);
	parse();
	assert_int_equal(srat.n_nodes, ACPI_NODES_MAX);
	assert_int_equal(srat.ignored, 4);
	expect_node(0, 0, 1, 4096);
}

static void lengths_that_cannot_be(void **state)
{
	static const struct {
		uint8_t type, length;
	} bad[] = {{0, 15}, {1, 39}, {2, 23}, {9, 1}, {9, 0}};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		begin();
		add_cpu(5, 1);
		add(bad[i].type, bad[i].length);
		size += 2;
		add_cpu(6, 1);
		parse();
		assert_int_equal(srat.n_nodes, 1);
		assert_int_equal(told_count(), 1);
	}
	begin();
	add_cpu(5, 1);
	size -= 1; /* longer than the rest */
	parse();
	assert_int_equal(srat.n_nodes, 0);
	assert_true(told_has("entry of 16 bytes, the rest ignored"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nodes),
		cmocka_unit_test(what_is_not_enabled_does_not_count),
		cmocka_unit_test(more_nodes_than_fit),
		cmocka_unit_test(lengths_that_cannot_be),
	};

	return cmocka_run_group_tests_name("acpi_srat", tests, NULL, NULL);
}
