/* The seed of random tests: from the environment, so that a failure can be run again. */
#pragma once

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* SEED=n from the environment, else `fallback`; printed with the name of the test. Not 0. */
static inline uint64_t test_seed(const char *test, uint64_t fallback)
{
	const char *text = getenv("SEED");
	uint64_t seed = text ? strtoull(text, NULL, 0) : fallback;

	if (seed == 0)
		seed = 1;
	printf("%s: SEED=%llu\n", test, (unsigned long long)seed);
	return seed;
}
