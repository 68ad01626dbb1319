#include "arch/x86_64/ioapic.h"

#include "arch/x86_64/io.h"

#define IOAPIC_MAX 16

/* Section 3.0: an index and a data register in memory, the rest behind them. */
#define IOREGSEL 0x00
#define IOWIN	 0x10

#define REG_VERSION    0x01
#define REG_ENTRY(pin) (0x10 + 2 * (pin)) /* low half; the high half follows */

#define VERSION_PINS(word) (((word) >> 16 & 0xff) + 1)

/* Redirection table entry, section 3.2.4. */
#define ENTRY_DELIVERY	 0x00000700U
#define ENTRY_SMI	 0x00000200U
#define ENTRY_NMI	 0x00000400U
#define ENTRY_ACTIVE_LOW 0x00002000U
#define ENTRY_REMOTE_IRR 0x00004000U /* level interrupt accepted, EOI not seen yet */
#define ENTRY_LEVEL	 0x00008000U
#define ENTRY_MASKED	 0x00010000U
#define ENTRY_DEST_SHIFT 24

#define APIC_ID_MAX 254

struct ioapic {
	volatile uint8_t *regs;
	uint32_t gsi_base, pins;
};

static struct ioapic ioapics[IOAPIC_MAX];
static unsigned int count;

static uint32_t read_reg(const struct ioapic *io, uint32_t reg)
{
	mmio_write32(io->regs + IOREGSEL, reg);
	return mmio_read32(io->regs + IOWIN);
}

static void write_reg(const struct ioapic *io, uint32_t reg, uint32_t value)
{
	mmio_write32(io->regs + IOREGSEL, reg);
	mmio_write32(io->regs + IOWIN, value);
}

/*
 * Mask one inherited entry; true when it was live. A remote IRR that is still set would block the
 * pin for ever; switching the entry to edge clears it. SMIs belong to the firmware.
 */
static bool clear_entry(const struct ioapic *io, uint32_t pin)
{
	uint32_t low = read_reg(io, REG_ENTRY(pin));

	if ((low & ENTRY_DELIVERY) == ENTRY_SMI)
		return false;
#ifdef MUTANT_live_ioapic
	return false;
#endif
	write_reg(io, REG_ENTRY(pin), low | ENTRY_MASKED);
	if (low & ENTRY_REMOTE_IRR)
		write_reg(io, REG_ENTRY(pin), (low | ENTRY_MASKED) & ~ENTRY_LEVEL);
	write_reg(io, REG_ENTRY(pin), ENTRY_MASKED);
	write_reg(io, REG_ENTRY(pin) + 1, 0);
	return !(low & ENTRY_MASKED);
}

unsigned int ioapic_init(volatile void *regs, uint32_t gsi_base, unsigned int *live)
{
	struct ioapic *io = &ioapics[count];
	uint32_t version;

	*live = 0;
	if (count == IOAPIC_MAX)
		return 0;
	io->regs = regs;
	io->gsi_base = gsi_base;
	version = read_reg(io, REG_VERSION);
	if (version == UINT32_MAX || version == 0)
		return 0;
	io->pins = VERSION_PINS(version);
	for (uint32_t pin = 0; pin < io->pins; pin++)
		*live += clear_entry(io, pin);
	count++;
	return io->pins;
}

static const struct ioapic *ioapic_of(uint32_t gsi)
{
	for (unsigned int i = 0; i < count; i++) {
		if (gsi >= ioapics[i].gsi_base && gsi - ioapics[i].gsi_base < ioapics[i].pins)
			return &ioapics[i];
	}
	return NULL;
}

bool ioapic_has(uint32_t gsi)
{
	return ioapic_of(gsi) != NULL;
}

static bool route(uint32_t gsi, uint32_t low, uint32_t apic_id)
{
	const struct ioapic *io = ioapic_of(gsi);
	uint32_t reg;

	if (!io || apic_id > APIC_ID_MAX)
		return false;
	reg = REG_ENTRY(gsi - io->gsi_base);
	write_reg(io, reg, ENTRY_MASKED);
	write_reg(io, reg + 1, apic_id << ENTRY_DEST_SHIFT);
	write_reg(io, reg, low);
	return true;
}

bool ioapic_route(uint32_t gsi, uint8_t vector, uint32_t apic_id, bool level, bool active_low)
{
	uint32_t low = vector;

	low |= level ? ENTRY_LEVEL : 0;
	low |= active_low ? ENTRY_ACTIVE_LOW : 0;
	return route(gsi, low, apic_id);
}

bool ioapic_route_nmi(uint32_t gsi, uint32_t apic_id, bool active_low)
{
	return route(gsi, ENTRY_NMI | (active_low ? ENTRY_ACTIVE_LOW : 0), apic_id);
}

static void set_mask(uint32_t gsi, bool masked)
{
	const struct ioapic *io = ioapic_of(gsi);
	uint32_t reg, low;

	if (!io)
		return;
	reg = REG_ENTRY(gsi - io->gsi_base);
	low = read_reg(io, reg) & ~ENTRY_MASKED;
	write_reg(io, reg, low | (masked ? ENTRY_MASKED : 0));
}

void ioapic_mask(uint32_t gsi)
{
	set_mask(gsi, true);
}

void ioapic_unmask(uint32_t gsi)
{
	set_mask(gsi, false);
}
