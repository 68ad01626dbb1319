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

#define HPET_PINS(n)	   (HPET_TIMER(n) + 4) /* I/O APIC pins that it can be routed to */
#define HPET_COMPARATOR(n) (HPET_TIMER(n) + 8)

#define TIMER_INTERRUPT	   0x004
#define TIMER_PERIODIC	   0x008
#define TIMER_CAN_PERIODIC 0x010
#define TIMER_SET_VALUE	   0x040 /* the next write is the comparator, the one behind it the period */
#define TIMER_32_BITS	   0x100
#define TIMER_PIN(pin)	   ((pin) << 9)

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

uint32_t hpet_periodic_pins(const struct hpet *hpet)
{
	if (!(read_reg(hpet, HPET_TIMER(0)) & TIMER_CAN_PERIODIC))
		return 0;
	return read_reg(hpet, HPET_PINS(0));
}

void hpet_start_periodic(const struct hpet *hpet, uint32_t pin, uint64_t ns)
{
	uint32_t ticks = (uint32_t)MIN(ns * (hpet->hz / 1000) / 1000000, (uint64_t)HPET_MASK / 2);

	write_reg(hpet, HPET_TIMER(0),
		  TIMER_INTERRUPT | TIMER_PERIODIC | TIMER_SET_VALUE | TIMER_32_BITS |
			  TIMER_PIN(pin));
	write_reg(hpet, HPET_COMPARATOR(0), read_reg(hpet, HPET_COUNTER) + ticks);
	write_reg(hpet, HPET_COMPARATOR(0), ticks);
}

void hpet_stop_periodic(const struct hpet *hpet)
{
	uint32_t config = read_reg(hpet, HPET_TIMER(0));

	write_reg(hpet, HPET_TIMER(0), config & ~(uint32_t)TIMER_INTERRUPT);
}

void hpet_resume_periodic(const struct hpet *hpet)
{
	write_reg(hpet, HPET_TIMER(0), read_reg(hpet, HPET_TIMER(0)) | TIMER_INTERRUPT);
}

uint32_t hpet_read(const struct hpet *hpet)
{
	return read_reg(hpet, HPET_COUNTER);
}
