// sources: kernel/arch/x86_64/tsc_rate.c
/* Rates as CPUID states them, with leaves as real CPUs give them. */
#include "host_test.h"

#include "arch/x86_64/tsc_rate.h"

static void crystal_is_stated(void **state)
{
	struct stated_rates r = tsc_rate_from_crystal(2, 134, 38400000, 2500);

	(void)state;
	assert_int_equal(r.tsc_hz, 2572800000);
	assert_int_equal(r.apic_timer_hz, 38400000);
}

static void crystal_is_guessed_by_base_frequency(void **state)
{
	struct stated_rates skylake = tsc_rate_from_crystal(2, 284, 0, 3400);
	struct stated_rates mobile = tsc_rate_from_crystal(2, 226, 0, 2700);

	(void)state;
	assert_int_equal(skylake.tsc_hz, 3408000000);
	assert_int_equal(skylake.apic_timer_hz, 24000000);
	assert_int_equal(mobile.tsc_hz, 2712000000);
}

static void nothing_is_stated(void **state)
{
	(void)state;
	assert_int_equal(tsc_rate_from_crystal(0, 0, 0, 0).tsc_hz, 0);
	assert_int_equal(tsc_rate_from_crystal(0, 200, 24000000, 0).tsc_hz, 0);
	assert_int_equal(tsc_rate_from_crystal(2, 0, 24000000, 0).tsc_hz, 0);
	assert_int_equal(tsc_rate_from_crystal(2, 200, 0, 0).tsc_hz, 0);
	assert_int_equal(tsc_rate_from_crystal(2, 200, 0, 3000).tsc_hz, 0);
	assert_int_equal(tsc_rate_from_crystal(2, 200, 0, 3000).apic_timer_hz, 0);
	assert_int_equal(tsc_rate_from_hypervisor(0, 0).tsc_hz, 0);
}

static void extreme_leaves_are_survived(void **state)
{
	(void)state;
	tsc_rate_from_crystal(UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX);
	tsc_rate_from_crystal(1, UINT32_MAX, UINT32_MAX, UINT32_MAX);
	tsc_rate_from_crystal(UINT32_MAX, 1, 0, UINT32_MAX);
	assert_int_equal(tsc_rate_from_hypervisor(UINT32_MAX, 1).tsc_hz, 4294967295000);
}

static void measured_rates_are_rounded(void **state)
{
	(void)state;
	assert_int_equal(rate_round(999990000), 1000000000);
	assert_int_equal(rate_round(1000099000), 1000000000);
	assert_int_equal(rate_round(1000200000), 1000200000);
	assert_int_equal(rate_round(3392100000), 3392100000);
	assert_int_equal(rate_round(2400010000), 2400000000);
	assert_int_equal(rate_round(50000400), 50000000);
	assert_int_equal(rate_round(24000000), 24000000);
	assert_int_equal(rate_round(0), 0);
	assert_int_equal(rate_round(100), 100);
}

static void agreement_is_symmetric_enough(void **state)
{
	(void)state;
	assert_true(rate_agrees(1000, 1125, 8));
	assert_true(rate_agrees(1000, 875, 8));
	assert_false(rate_agrees(1000, 1126, 8));
	assert_false(rate_agrees(1000, 874, 8));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(crystal_is_stated),
		cmocka_unit_test(crystal_is_guessed_by_base_frequency),
		cmocka_unit_test(nothing_is_stated),
		cmocka_unit_test(extreme_leaves_are_survived),
		cmocka_unit_test(measured_rates_are_rounded),
		cmocka_unit_test(agreement_is_symmetric_enough),
	};

	return cmocka_run_group_tests_name("tsc_rate", tests, NULL, NULL);
}
