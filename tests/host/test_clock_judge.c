// sources: kernel/arch/x86_64/clock_judge.c
/* Which timers are believed, and that it takes three windows to blame one. */
#include "host_test.h"

#include "arch/x86_64/clock_judge.h"
#include "arch/x86_64/tsc_rate.h"

#define GHZ 1000000000UL

#define HPET CLOCK_BIT(CLOCK_HPET)
#define PM   CLOCK_BIT(CLOCK_PM_TIMER)
#define PIT  CLOCK_BIT(CLOCK_PIT)
#define TSC  CLOCK_BIT(CLOCK_TSC)
#define APIC CLOCK_BIT(CLOCK_APIC_TIMER)

/* A window of the timers `present`, all of which agree; the TSC was measured by the HPET. */
static struct clock_window window_of(uint32_t present)
{
	struct clock_window window = {.tsc_by = CLOCK_HPET};

	for (unsigned i = 0; i < CLOCK_TIMERS; i++)
		window.by[i].tsc_hz = present & CLOCK_BIT(i) ? GHZ : 0;
	return window;
}

/* Make a timer fast: it sees fewer of the TSC's ticks in its second. */
static void lie(struct clock_window *window, enum clock_timer timer, unsigned permille)
{
	window->by[timer].tsc_hz = window->by[timer].tsc_hz * 1000 / permille;
}

static struct clock_judgement judged(const struct clock_window *window)
{
	struct clock_judgement judgement;

	assert_true(clock_judge(window, &judgement));
	return judgement;
}

static void those_that_agree_are_not_blamed(void **state)
{
	(void)state;
	for (uint32_t present = 1; present < CLOCK_BIT(CLOCK_TIMERS); present++) {
		struct clock_window window = window_of(present);

		assert_int_equal(judged(&window).wrong, 0);
		assert_true(present & CLOCK_BIT(judged(&window).yardstick));
	}
}

static void without_opinions_there_is_no_judgement(void **state)
{
	struct clock_window window = window_of(0);
	struct clock_judgement judgement;

	(void)state;
	assert_false(clock_judge(&window, &judgement));
	assert_int_equal(judgement.wrong | judgement.right, 0);
}

static void one_against_many_is_the_liar(void **state)
{
	static const unsigned permille[] = {500, 950, 980, 1015, 1050, 2000};
	uint32_t all = HPET | PM | PIT | TSC | APIC;

	(void)state;
	for (unsigned liar = 0; liar < CLOCK_TIMERS; liar++) {
		for (size_t i = 0; i < ARRAY_SIZE(permille); i++) {
			struct clock_window window = window_of(all);
			struct clock_judgement j;

			/* What measured the TSC was chosen for being right. */
			window.tsc_by = liar == CLOCK_HPET ? CLOCK_PM_TIMER : CLOCK_HPET;
			lie(&window, (enum clock_timer)liar, permille[i]);
			j = judged(&window);
			assert_int_equal(j.wrong, CLOCK_BIT(liar));
			assert_int_equal(j.right, all & ~CLOCK_BIT(liar));
			assert_int_equal(j.yardstick, liar ? CLOCK_HPET : CLOCK_PM_TIMER);
			assert_in_range(j.fast_ppm[liar] + 1000000, permille[i] * 1000UL - 2,
					permille[i] * 1000UL + 2);
		}
	}
}

static void a_percent_is_allowed_and_more_by_what_is_blurred(void **state)
{
	struct clock_window window = window_of(HPET | PM | PIT);

	(void)state;
	window.by[CLOCK_PIT].tsc_hz = GHZ + GHZ / 100;
	assert_int_equal(judged(&window).wrong, 0);
	window.by[CLOCK_PIT].tsc_hz++;
	assert_int_equal(judged(&window).wrong, PIT);
	window.by[CLOCK_PIT].error_ppm = 1;
	assert_int_equal(judged(&window).wrong, 0);
	window.by[CLOCK_PIT] = (struct clock_opinion){GHZ / 2, UINT32_MAX};
	assert_int_equal(judged(&window).wrong, 0);
}

static void two_that_differ_blame_each_other(void **state)
{
	struct clock_window window = window_of(PM | PIT | TSC);
	struct clock_judgement j;

	(void)state;
	window.tsc_by = CLOCK_PM_TIMER; /* so it speaks for the PM timer, true or not */
	lie(&window, CLOCK_PIT, 1050);
	j = judged(&window);
	assert_int_equal(j.right, 0);
	assert_int_equal(j.yardstick, CLOCK_PM_TIMER);
	assert_int_equal(j.wrong, PIT);
	window.tsc_by = CLOCK_TSC; /* a rate that the CPU states is a third opinion */
	assert_int_equal(judged(&window).right, PM | TSC);
}

static void two_against_two_is_no_majority(void **state)
{
	struct clock_window window = window_of(HPET | PM | PIT | TSC);
	struct clock_judgement j;

	(void)state;
	window.tsc_by = CLOCK_TSC;
	lie(&window, CLOCK_PIT, 1050);
	lie(&window, CLOCK_TSC, 1050);
	j = judged(&window);
	assert_int_equal(j.right, 0);
	assert_int_equal(j.wrong, PIT | TSC);
}

static void the_apic_timer_makes_no_majority(void **state)
{
	struct clock_window window = window_of(HPET | PIT | APIC);

	(void)state;
	lie(&window, CLOCK_HPET, 1050);
	assert_int_equal(judged(&window).right, 0);
}

/* It agrees with one of the others and not with the next, who agree with each other. */
static void the_apic_timer_divides_no_majority(void **state)
{
	struct clock_window window = window_of(HPET | PM | PIT | TSC | APIC);
	struct clock_judgement j;

	(void)state;
	window.by[CLOCK_PM_TIMER].tsc_hz += GHZ / 1000;
	window.by[CLOCK_APIC_TIMER] = (struct clock_opinion){GHZ + GHZ / 1000 * 21, 10500};
	j = judged(&window);
	assert_int_equal(j.right, HPET | PM | PIT | TSC);
	assert_int_equal(j.wrong, APIC);
}

static void who_goes_by_a_liar_is_not_called_one(void **state)
{
	struct clock_window window = window_of(HPET | PM | PIT | TSC | APIC);
	struct clock_judgement j;

	(void)state;
	lie(&window, CLOCK_HPET, 1050);
	lie(&window, CLOCK_TSC, 1050);
	lie(&window, CLOCK_APIC_TIMER, 1050);
	j = judged(&window);
	assert_int_equal(j.wrong, HPET);
	assert_int_equal(j.right, PM | PIT);
}

/* --- three windows --- */

static void it_takes_three_windows(void **state)
{
	struct clock_window window = window_of(HPET | PM | PIT);
	struct clock_evidence evidence = {0};

	(void)state;
	lie(&window, CLOCK_PIT, 1050);
	assert_int_equal(clock_weigh(&evidence, &window), CLOCK_LOOK_AGAIN);
	assert_int_equal(clock_weigh(&evidence, &window), CLOCK_LOOK_AGAIN);
	assert_int_equal(clock_weigh(&evidence, &window), CLOCK_LYING);
	assert_int_equal(evidence.last.wrong, PIT);
}

static void one_good_window_ends_it(void **state)
{
	(void)state;
	for (unsigned bad = 0; bad < CLOCK_WINDOWS; bad++) {
		struct clock_window good = window_of(HPET | PM | PIT), window = good;
		struct clock_evidence evidence = {0};

		lie(&window, CLOCK_PIT, 1050);
		for (unsigned i = 0; i < bad; i++)
			assert_int_equal(clock_weigh(&evidence, &window), CLOCK_LOOK_AGAIN);
		assert_int_equal(clock_weigh(&evidence, &good), CLOCK_FINE);
	}
}

static void windows_that_blame_another_or_by_another_amount_end_it(void **state)
{
	struct clock_window pit = window_of(HPET | PM | PIT), hpet = pit, more = pit;
	struct clock_evidence evidence = {0};

	(void)state;
	lie(&pit, CLOCK_PIT, 1050);
	lie(&more, CLOCK_PIT, 1080);
	lie(&hpet, CLOCK_HPET, 1050);
	assert_int_equal(clock_weigh(&evidence, &pit), CLOCK_LOOK_AGAIN);
	assert_int_equal(clock_weigh(&evidence, &hpet), CLOCK_FINE);
	evidence = (struct clock_evidence){0};
	assert_int_equal(clock_weigh(&evidence, &pit), CLOCK_LOOK_AGAIN);
	assert_int_equal(clock_weigh(&evidence, &more), CLOCK_FINE);
}

static void windows_that_prove_nothing_do_not_count(void **state)
{
	struct clock_window window = window_of(HPET | PM | PIT), blurred, torn;
	struct clock_evidence evidence = {0};

	(void)state;
	lie(&window, CLOCK_PIT, 1050);
	blurred = torn = window;
	blurred.by[CLOCK_PM_TIMER].error_ppm = 3000;
	torn.torn = true;
	for (int i = 0; i < 2; i++) {
		assert_int_equal(clock_weigh(&evidence, &window), CLOCK_LOOK_AGAIN);
		assert_int_equal(clock_weigh(&evidence, &blurred), CLOCK_LOOK_AGAIN);
		assert_int_equal(clock_weigh(&evidence, &torn), CLOCK_LOOK_AGAIN);
	}
	assert_int_equal(clock_weigh(&evidence, &window), CLOCK_LYING);
}

static void nobody_looks_for_ever(void **state)
{
	struct clock_window window = window_of(HPET);
	struct clock_evidence evidence = {0};
	int windows = 0;

	(void)state;
	window.torn = true;
	while (clock_weigh(&evidence, &window) == CLOCK_LOOK_AGAIN)
		assert_true(++windows < 100);
	assert_int_equal(clock_weigh(&evidence, &window), CLOCK_FINE);
}

/* Any windows: who is right and who is wrong are told apart, and the sanitizers have no word. */
static void random_windows(void **state)
{
	uint64_t seed = 99;

	(void)state;
	for (int n = 0; n < 200000; n++) {
		struct clock_window window = {.tsc_by = test_random(&seed) % (CLOCK_TSC + 1)};
		struct clock_judgement j;
		uint32_t present = 0;

		for (unsigned i = 0; i < CLOCK_TIMERS; i++) {
			uint64_t r = test_random(&seed);

			window.by[i].tsc_hz =
				r % 3 == 0   ? 0
				: r % 3 == 1 ? GHZ + (r >> 8) % (GHZ / 30)
					     : TSC_HZ_MIN + (r >> 8) % (TSC_HZ_MAX - TSC_HZ_MIN);
			window.by[i].error_ppm = (uint32_t)(r >> 32) >> (r >> 8) % 32;
			present |= window.by[i].tsc_hz ? CLOCK_BIT(i) : 0;
		}
		assert_true(clock_judge(&window, &j) == (present != 0));
		assert_int_equal(j.right & j.wrong, 0);
		assert_int_equal((j.right | j.wrong) & ~present, 0);
		assert_true(!present || (present & CLOCK_BIT(j.yardstick)));
		assert_false(j.wrong & CLOCK_BIT(j.yardstick));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(those_that_agree_are_not_blamed),
		cmocka_unit_test(without_opinions_there_is_no_judgement),
		cmocka_unit_test(one_against_many_is_the_liar),
		cmocka_unit_test(a_percent_is_allowed_and_more_by_what_is_blurred),
		cmocka_unit_test(two_that_differ_blame_each_other),
		cmocka_unit_test(two_against_two_is_no_majority),
		cmocka_unit_test(the_apic_timer_makes_no_majority),
		cmocka_unit_test(the_apic_timer_divides_no_majority),
		cmocka_unit_test(who_goes_by_a_liar_is_not_called_one),
		cmocka_unit_test(it_takes_three_windows),
		cmocka_unit_test(one_good_window_ends_it),
		cmocka_unit_test(windows_that_blame_another_or_by_another_amount_end_it),
		cmocka_unit_test(windows_that_prove_nothing_do_not_count),
		cmocka_unit_test(nobody_looks_for_ever),
		cmocka_unit_test(random_windows),
	};

	return cmocka_run_group_tests_name("clock_judge", tests, NULL, NULL);
}
