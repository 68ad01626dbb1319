// sources: kernel/arch/x86_64/tsc_scale.c
/* Ticks to nanoseconds and back, against exact arithmetic. */
#include "host_test.h"

#include "arch/x86_64/tsc_scale.h"

static const uint64_t rates[] = {
	1000,	    50000000,	999999999,  1000000000, 1000000001,  1193182000,   2419200000,
	2999999990, 3000000000, 4294967296, 5700000000, 12345678901, 200000000000,
};

static void division_is_exact(void **state)
{
	uint64_t seed = 88172645463325252ULL;

	(void)state;
	for (int i = 0; i < 100000; i++) {
		uint64_t divisor = (test_random(&seed) >> (i % 63)) | 1;
		uint64_t high = test_random(&seed) % divisor;
		uint64_t low = test_random(&seed);
		unsigned __int128 number = (unsigned __int128)high << 64 | low;

		assert_true(div_128_by_64(high, low, divisor) == (uint64_t)(number / divisor));
	}
	assert_true(mul_div(3579545, 1000000000, 3579545) == 1000000000);
	assert_true(mul_div(UINT64_MAX, 7, 7) == UINT64_MAX);
	assert_true(mul_div(UINT64_MAX, 0, 1) == 0);
}

static void one_ghz_is_the_identity(void **state)
{
	struct tsc_scale scale;

	(void)state;
	tsc_scale_init(&scale, 1000000000, 12345);
	assert_true(tsc_scale_to_ns(&scale, 12345) == 0);
	assert_true(tsc_scale_to_ns(&scale, 12346) == 1);
	assert_true(tsc_scale_to_ns(&scale, 12345 + 5000000000000000000ULL) ==
		    5000000000000000000ULL);
}

static void nanoseconds_are_right_to_a_billionth(void **state)
{
	(void)state;
	/* From 50 MHz to 5.7 GHz, what CPUs and emulators run at, over an hour and over a year. */
	for (size_t i = 1; i < 11; i++) {
		for (uint64_t seconds = 1; seconds < 40000000; seconds = seconds * 7 + 1) {
			struct tsc_scale scale;
			uint64_t ns;

			tsc_scale_init(&scale, rates[i], 77);
			ns = tsc_scale_to_ns(&scale, 77 + seconds * rates[i]);
			assert_true(ns <= seconds * NS_PER_SECOND);
			assert_true(ns >= seconds * NS_PER_SECOND - 2 * seconds - 1);
		}
	}
}

static void clock_never_goes_back(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rates); i++) {
		struct tsc_scale scale;
		uint64_t last = 0;

		tsc_scale_init(&scale, rates[i], 0);
		for (uint64_t tsc = 0; tsc < 100000; tsc++) {
			uint64_t ns = tsc_scale_to_ns(&scale, tsc);

			assert_true(ns >= last);
			last = ns;
		}
	}
}

/* The timer interrupt at the TSC asked for must find the deadline reached, or it comes twice. */
static void no_deadline_is_early(void **state)
{
	uint64_t seed = 88172645463325252ULL;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rates); i++) {
		struct tsc_scale scale;

		tsc_scale_init(&scale, rates[i], 1000);
		for (int n = 0; n < 20000; n++) {
			uint64_t ns = (test_random(&seed) >> (n % 48)) % (86400 * NS_PER_SECOND);
			uint64_t tsc = tsc_scale_from_ns(&scale, ns);
			uint64_t ticks_per_ns = rates[i] / NS_PER_SECOND;

			assert_true(tsc_scale_to_ns(&scale, tsc) >= ns);
			if (tsc > 1002)
				assert_true(tsc_scale_to_ns(&scale, tsc - 3 - ticks_per_ns) <= ns);
		}
	}
}

static void far_deadlines_are_clamped(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rates); i++) {
		struct tsc_scale scale;

		tsc_scale_init(&scale, rates[i], 0);
		assert_true(tsc_scale_from_ns(&scale, UINT64_MAX) ==
			    tsc_scale_from_ns(&scale, TSC_SCALE_NS_MAX));
		if (rates[i] < 8000000000)
			assert_true(
				tsc_scale_to_ns(&scale, tsc_scale_from_ns(&scale, UINT64_MAX)) >=
				TSC_SCALE_NS_MAX);
	}
}

static void without_calibration_time_stands_still(void **state)
{
	struct tsc_scale scale = {0};

	(void)state;
	assert_true(tsc_scale_to_ns(&scale, 0) == 0);
	assert_true(tsc_scale_to_ns(&scale, UINT64_MAX) == 0);
}

/* At a change the clock shows what it did, or a bit more, and goes on at the new rate. */
static void a_changed_rate_goes_on_from_here(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rates); i++) {
		for (size_t k = 0; k < ARRAY_SIZE(rates); k++) {
			uint64_t now = 77 + rates[i] * 5 + 3, later = now + rates[k] * 7;
			struct tsc_scale scale;
			uint64_t before, slack = 3 * NS_PER_SECOND / rates[k] + 9;
			uint64_t rounded = (rates[k] * 7 >> 32) + 1; /* off each tick */

			tsc_scale_init(&scale, rates[i], 77);
			before = tsc_scale_to_ns(&scale, now);
			tsc_scale_change(&scale, rates[k], now);
			assert_true(tsc_scale_to_ns(&scale, now) >= before);
			assert_true(tsc_scale_to_ns(&scale, now) <= before + slack);
			assert_in_range(tsc_scale_to_ns(&scale, later) - before,
					7 * NS_PER_SECOND - rounded, 7 * NS_PER_SECOND + slack);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(division_is_exact),
		cmocka_unit_test(one_ghz_is_the_identity),
		cmocka_unit_test(nanoseconds_are_right_to_a_billionth),
		cmocka_unit_test(clock_never_goes_back),
		cmocka_unit_test(no_deadline_is_early),
		cmocka_unit_test(far_deadlines_are_clamped),
		cmocka_unit_test(without_calibration_time_stands_still),
		cmocka_unit_test(a_changed_rate_goes_on_from_here),
	};

	return cmocka_run_group_tests_name("tsc_scale", tests, NULL, NULL);
}
