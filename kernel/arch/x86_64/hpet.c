#include "arch/x86_64/hpet.h"

#include "arch/x86_64/io.h"

/* Section 2.3.1, table 2. */
#define HPET_CAPABILITIES  0x000
#define HPET_PERIOD	   0x004 /* of the counter, in femtoseconds */
#define HPET_CONFIGURATION 0x010
#define HPET_COUNTER	   0x0f0
#define HPET_TIMER(n)	   (0x100 + 0x20 * (n)) /* configuration and capabilities */

#define CAP_TIMERS(word) (((word) >> 8 & 0x1f) + 1)

#define CONFIG_ENABLE 0x1
#define CONFIG_LEGACY 0x2 /* replaces the PIT's and the RTC's interrupts */

#define TIMER_INTERRUPT 0x4

#define PERIOD_MAX     100000000U /* 100 ns, section 2.3.4 */
#define FS_PER_SECOND  1000000000000000UL
#define REGISTER_SPACE 0x400

static uint32_t read_reg(const struct hpet *hpet, uint32_t reg)
{
	return mmio_read32((const volatile uint8_t *)hpet->regs + reg);
}

static void write_reg(const struct hpet *hpet, uint32_t reg, uint32_t value)
{
	mmio_write32((volatile uint8_t *)hpet->regs + reg, value);
}

static void silence(const struct hpet *hpet)
{
	for (uint32_t n = 0; n < hpet->timers && HPET_TIMER(n) < REGISTER_SPACE; n++) {
		uint32_t config = read_reg(hpet, HPET_TIMER(n));

		write_reg(hpet, HPET_TIMER(n), config & ~(uint32_t)TIMER_INTERRUPT);
	}
}

bool hpet_init(struct hpet *hpet, volatile void *regs)
{
	uint32_t capabilities, period, config;

	*hpet = (struct hpet){.regs = regs};
	capabilities = read_reg(hpet, HPET_CAPABILITIES);
	period = read_reg(hpet, HPET_PERIOD);
	if (capabilities == UINT32_MAX || period == 0 || period > PERIOD_MAX) {
		hpet->regs = NULL;
		return false;
	}
	hpet->hz = FS_PER_SECOND / period;
	hpet->timers = (uint8_t)CAP_TIMERS(capabilities);
	silence(hpet);
	config = read_reg(hpet, HPET_CONFIGURATION);
	write_reg(hpet, HPET_CONFIGURATION, (config & ~(uint32_t)CONFIG_LEGACY) | CONFIG_ENABLE);
	return true;
}

uint32_t hpet_read(const struct hpet *hpet)
{
	return read_reg(hpet, HPET_COUNTER);
}
