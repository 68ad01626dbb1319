#include "core/random.h"

#include "arch/x86_64/cpuid.h"
#include "arch/x86_64/cr.h"

#define RDRAND_TRIES 10 /* SDM 1 7.3.17.1 */

/* The finaliser of the SplitMix64 generator: each bit of the result depends on all of `x`. */
static uint64_t mix(uint64_t x)
{
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	return x ^ x >> 31;
}

uint64_t random_u64(void)
{
	static uint64_t calls;
	uint64_t value;

	for (int i = 0; cpu_features.rdrand && i < RDRAND_TRIES; i++) {
		if (rdrand(&value))
			return value;
	}
	value = __atomic_add_fetch(&calls, 0x9e3779b97f4a7c15, __ATOMIC_RELAXED);
	return mix(value + mix(rdtsc()));
}
