#include "arch/x86_64/tsc_scale.h"

uint64_t div_128_by_64(uint64_t high, uint64_t low, uint64_t divisor)
{
	uint64_t quotient = 0;

	/* Long division by bits; the remainder's 65th bit is `carry`. */
	for (int bit = 63; bit >= 0; bit--) {
		uint64_t carry = high >> 63;

		high = high << 1 | (low >> bit & 1);
		quotient <<= 1;
		if (carry || high >= divisor) {
			high -= divisor;
			quotient |= 1;
		}
	}
	return quotient;
}

uint64_t mul_div(uint64_t value, uint64_t numerator, uint64_t denominator)
{
	unsigned __int128 product = (unsigned __int128)value * numerator;

	return div_128_by_64((uint64_t)(product >> 64), (uint64_t)product, denominator);
}

void tsc_scale_init(struct tsc_scale *scale, uint64_t hz, uint64_t base)
{
	scale->base = base;
	scale->ns_per_tick = (NS_PER_SECOND << 32) / hz;
	/* 2^88 / ns_per_tick, rounded up: 2^88 is 2^24 : 0, and 2^24 < ns_per_tick up to 256 GHz.
	 */
	scale->ticks_per_ns = div_128_by_64(1UL << 24, 0, scale->ns_per_tick) + 1;
}

void tsc_scale_change(struct tsc_scale *scale, uint64_t hz, uint64_t now)
{
	uint64_t ns = tsc_scale_to_ns(scale, now);

	tsc_scale_init(scale, hz, 0);
	scale->base = now - tsc_scale_from_ns(scale, ns);
}
