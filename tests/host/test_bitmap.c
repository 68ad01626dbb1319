// sources:
/* Bitmaps of every small size against an array of flags. */
#include "host_test.h"

#include "lib/bitmap.h"

#define BITS_MAX 200

static unsigned model_next(const bool *model, unsigned bits, unsigned from, bool wanted)
{
	while (from < bits && model[from] != wanted)
		from++;
	return MIN(from, bits);
}

static void check(const uint64_t *map, const bool *model, unsigned bits)
{
	unsigned weight = 0;
	unsigned visited = 0;
	unsigned bit;

	for (unsigned i = 0; i < bits; i++) {
		assert_int_equal(bitmap_test(map, i), model[i]);
		assert_int_equal(bitmap_next_set(map, bits, i), model_next(model, bits, i, true));
		weight += model[i];
	}
	assert_int_equal(bitmap_next_set(map, bits, bits), bits);
	assert_int_equal(bitmap_first_set(map, bits), model_next(model, bits, 0, true));
	assert_int_equal(bitmap_first_zero(map, bits), model_next(model, bits, 0, false));
	assert_int_equal(bitmap_weight(map, bits), weight);
	assert_int_equal(bitmap_empty(map, bits), weight == 0);
	bitmap_for_each_set(bit, map, bits)
	{
		assert_true(model[bit]);
		visited++;
	}
	assert_int_equal(visited, weight);
}

static void every_size(void **state)
{
	uint64_t random = 7;

	(void)state;
	for (unsigned bits = 1; bits <= BITS_MAX; bits++) {
		/* from the heap, so that a word too far is seen */
		uint64_t *map = malloc(BITMAP_WORDS(bits) * sizeof(*map));
		bool model[BITS_MAX] = {false};

		bitmap_zero(map, bits);
		check(map, model, bits);
		for (int step = 0; step < 60; step++) {
			unsigned bit = (unsigned)(test_random(&random) % bits);

			model[bit] = test_random(&random) % 2;
			(model[bit] ? bitmap_set : bitmap_clear)(map, bit);
			check(map, model, bits);
		}
		for (unsigned bit = 0; bit < bits; bit++) {
			bitmap_set(map, bit);
			model[bit] = true;
		}
		check(map, model, bits);
		free(map);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(every_size)};

	return cmocka_run_group_tests_name("bitmap", tests, NULL, NULL);
}
