// sources: kernel/arch/x86_64/perf_choice.c
/* Which performance counter a CPU has, and what is written to it. */
#include "host_test.h"

#include "arch/x86_64/perf_choice.h"

#define CYCLES_INTEL 0x53003cUL /* event 3c, in user and kernel mode, interrupts, enabled */
#define CYCLES_AMD   0x530076UL

static const struct cpu_features intel = {.vendor = CPU_VENDOR_INTEL, .family = 6};
static const struct cpu_features other = {.vendor = CPU_VENDOR_OTHER, .family = 6};

static struct perf_counter by_leaf(const struct cpu_features *cpu, uint32_t eax, uint32_t ebx)
{
	struct cpuid_regs leaf_a = {.eax = eax, .ebx = ebx};

	return perf_choose(cpu, &leaf_a, 0);
}

static struct perf_counter amd_family(uint32_t family, uint32_t extended_ecx)
{
	struct cpu_features amd = {.vendor = CPU_VENDOR_AMD, .family = family};
	struct cpuid_regs none = {0};

	return perf_choose(&amd, &none, extended_ecx);
}

/* Haswell's leaf: version 3, 4 counters of 48 bits, 7 events. */
static void intel_has_the_architectural_counter(void **state)
{
	struct perf_counter c = by_leaf(&intel, 0x07300403, 0);

	(void)state;
	assert_int_equal(c.select, 0x186);
	assert_int_equal(c.count, 0xc1);
	assert_int_equal(c.enable, 0x38f);
	assert_int_equal(c.clear, 0x390);
	assert_true(c.event == CYCLES_INTEL);
	/* What is written is extended from bit 31. */
	assert_true(perf_start_value(&c, 1) == 0xffffffffffffUL);
	assert_true(perf_start_value(&c, 1000000000) == 0xffffffffffffUL - 999999999);
	assert_true(perf_start_value(&c, 12000000000) == 0xffff80000001UL);
}

/* Core Duo's: version 1, 2 counters of 40 bits. */
static void version_1_has_no_global_registers(void **state)
{
	struct perf_counter c = by_leaf(&intel, 0x07280201, 0);

	(void)state;
	assert_int_equal(c.select, 0x186);
	assert_int_equal(c.enable, 0);
	assert_int_equal(c.clear, 0);
	assert_true(perf_start_value(&c, 12000000000) == 0xff80000001UL);
}

static void other_vendors_with_the_leaf_have_it_too(void **state)
{
	(void)state;
	assert_int_equal(by_leaf(&other, 0x07300403, 0).select, 0x186);
}

static void leaves_without_a_counter_of_cycles(void **state)
{
	static const struct {
		uint32_t eax, ebx;
	} leaves[] = {
		{0, 0},		 /* no such leaf */
		{0x07300400, 0}, /* version 0 */
		{0x07300003, 0}, /* no counters */
		{0x071f0403, 0}, /* too narrow */
		{0x00300403, 0}, /* no events */
		{0x07300403, 1}, /* this event is missing */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(leaves); i++)
		assert_int_equal(by_leaf(&intel, leaves[i].eax, leaves[i].ebx).select, 0);
	assert_int_equal(by_leaf(&intel, 0x07300403, 0x7e).select, 0x186);
}

static void widths_up_to_64_bits(void **state)
{
	(void)state;
	for (uint32_t width = 32; width < 256; width++) {
		struct perf_counter c = by_leaf(&intel, 0x07000403 | width << 16, 0);

		assert_true(perf_start_value(&c, 5) == (-5UL & c.mask));
		assert_true(c.mask == (width < 64 ? (1UL << width) - 1 : UINT64_MAX));
	}
}

static void amd_has_had_counters_since_k7(void **state)
{
	struct perf_counter c = amd_family(15, 0);

	(void)state;
	assert_int_equal(amd_family(5, 0).select, 0);
	assert_int_equal(amd_family(6, 0).select, 0xc0010000);
	assert_int_equal(c.select, 0xc0010000);
	assert_int_equal(c.count, 0xc0010004);
	assert_int_equal(c.enable, 0);
	assert_int_equal(c.clear, 0);
	assert_true(c.event == CYCLES_AMD);
	assert_true(perf_start_value(&c, 12000000000) == (1UL << 48) - 12000000000);
}

static void amd_has_them_elsewhere_with_core_extensions(void **state)
{
	struct perf_counter c = amd_family(0x19, 1U << 23);

	(void)state;
	assert_int_equal(c.select, 0xc0010200);
	assert_int_equal(c.count, 0xc0010201);
	assert_true(c.event == CYCLES_AMD);
}

static void something_is_counted_at_least(void **state)
{
	struct perf_counter c = amd_family(15, 0);

	(void)state;
	assert_true(perf_start_value(&c, 0) == (1UL << 48) - 1);
	assert_true(perf_start_value(&c, UINT64_MAX) == (1UL << 47) + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(intel_has_the_architectural_counter),
		cmocka_unit_test(version_1_has_no_global_registers),
		cmocka_unit_test(other_vendors_with_the_leaf_have_it_too),
		cmocka_unit_test(leaves_without_a_counter_of_cycles),
		cmocka_unit_test(widths_up_to_64_bits),
		cmocka_unit_test(amd_has_had_counters_since_k7),
		cmocka_unit_test(amd_has_them_elsewhere_with_core_extensions),
		cmocka_unit_test(something_is_counted_at_least),
	};

	return cmocka_run_group_tests_name("perf_choice", tests, NULL, NULL);
}
