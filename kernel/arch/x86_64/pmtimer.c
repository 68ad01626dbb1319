#include "arch/x86_64/pmtimer.h"

#include "arch/x86_64/io.h"

uint32_t pm_timer_read(const struct pm_timer *timer)
{
	uint32_t value = timer->regs ? mmio_read32(timer->regs) : inl(timer->port);

	return value & pm_timer_mask(timer);
}
