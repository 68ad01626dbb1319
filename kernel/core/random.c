#include "core/random.h"

#include "arch/x86_64/cpuid.h"
#include "arch/x86_64/cr.h"
#include "core/log.h"
#include "lib/cmdline.h"

#define RDRAND_TRIES 10			/* SDM 1 7.3.17.1 */
#define GOLDEN	     0x9e3779b97f4a7c15 /* 2^64 divided by the golden ratio: SplitMix64's step */

static bool seeded;
static uint64_t sequence; /* atomic */

void random_init(const char *cmdline)
{
	int found = cmdline_size(cmdline, "seed", &sequence);

	seeded = found > 0;
	if (found < 0)
		log_line("random: the word seed= is no number and is ignored");
}

/* The finaliser of the SplitMix64 generator: each bit of the result depends on all of `x`. */
static uint64_t mix(uint64_t x)
{
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	return x ^ x >> 31;
}

uint64_t random_u64(void)
{
	uint64_t value;

	for (int i = 0; !seeded && cpu_features.rdrand && i < RDRAND_TRIES; i++) {
		if (rdrand(&value))
			return value;
	}
	value = __atomic_add_fetch(&sequence, GOLDEN, __ATOMIC_RELAXED);
	return mix(seeded ? value : value + mix(rdtsc()));
}
