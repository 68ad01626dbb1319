// sources: kernel/core/device_irq.c
/* Vectors of devices: who is asked, what is counted, and when an interrupt that nobody claims is a
 * storm. */
#include "host_test.h"

#include "abi/errno.h"
#include "arch/x86_64/tsc.h"
#include "arch/x86_64/vectors.h"
#include "core/device_irq.h"

#define MS 1000000UL

struct tsc_scale clock_scale;

/* From now on the clock shows this, and goes on by a nanosecond in 2^32 ticks. */
static void set_clock(uint64_t ns)
{
	clock_scale = (struct tsc_scale){.base = rdtsc() - (ns << 32), .ns_per_tick = 1};
}

static unsigned asked;
static bool claims;

static bool says(struct irq_action *action)
{
	(void)action;
	asked++;
	return claims;
}

static bool never(struct irq_action *action)
{
	(void)action;
	asked++;
	return false;
}

static struct irq_action mine = {.handle = says}, other = {.handle = never};

static void run_unclaimed(uint8_t vector, unsigned times)
{
	claims = false;
	for (unsigned i = 0; i < times; i++)
		assert_int_equal(device_irq_run(vector), IRQ_UNCLAIMED);
}

static int take_vector(void)
{
	int vector = device_irq_alloc();

	assert_in_range(vector, VECTOR_DEVICE, VECTOR_DEVICE_END - 1);
	return vector;
}

static void asks_all_who_share(void **state)
{
	uint8_t vector = (uint8_t)take_vector();
	struct irq_counts counts;

	(void)state;
	assert_int_equal(device_irq_run(vector), IRQ_NOBODYS);
	assert_false(device_irq_counts(vector, &counts));
	device_irq_add(vector, &mine);
	device_irq_add(vector, &other);
	claims = true;
	asked = 0;
	assert_int_equal(device_irq_run(vector), IRQ_CLAIMED);
	assert_int_equal(asked, 2);
	run_unclaimed(vector, 3);
	assert_int_equal(asked, 8);
	assert_true(device_irq_counts(vector, &counts));
	assert_int_equal(counts.claimed, 1);
	assert_int_equal(counts.unclaimed, 3);
}

static void many_in_a_row_are_a_storm(void **state)
{
	static struct irq_action action = {.handle = says};
	uint8_t vector = (uint8_t)take_vector();

	(void)state;
	device_irq_add(vector, &action);
	for (int again = 0; again < 2; again++) {
		set_clock(1000 * MS);
		run_unclaimed(vector, DEVICE_IRQ_STORM - 1);
		assert_int_equal(device_irq_run(vector), IRQ_STORM);
	}
}

static void a_claim_or_a_gap_ends_the_row(void **state)
{
	static struct irq_action action = {.handle = says};
	uint8_t vector = (uint8_t)take_vector();

	(void)state;
	device_irq_add(vector, &action);
	set_clock(1000 * MS);
	run_unclaimed(vector, DEVICE_IRQ_STORM - 1);
	claims = true;
	assert_int_equal(device_irq_run(vector), IRQ_CLAIMED);
	run_unclaimed(vector, DEVICE_IRQ_STORM - 1);
	set_clock(1100 * MS);
	run_unclaimed(vector, DEVICE_IRQ_STORM - 1);
	/* Each of these comes soon enough. */
	set_clock(1199 * MS);
	assert_int_equal(device_irq_run(vector), IRQ_STORM);
}

static void vectors_end(void **state)
{
	(void)state;
	for (int last = take_vector(); last < VECTOR_DEVICE_END - 1; last++)
		assert_int_equal(device_irq_alloc(), last + 1);
	assert_int_equal(device_irq_alloc(), -ENOSPC);
	assert_int_equal(device_irq_alloc(), -ENOSPC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(asks_all_who_share),
		cmocka_unit_test(many_in_a_row_are_a_storm),
		cmocka_unit_test(a_claim_or_a_gap_ends_the_row),
		cmocka_unit_test(vectors_end),
	};

	return cmocka_run_group_tests_name("device_irq", tests, NULL, NULL);
}
