#include "dev/pci_config.h"

#include "arch/x86_64/io.h"
#include "core/lock.h"
#include "mm/kmap.h"

#define PORT_ADDRESS   0xcf8
#define PORT_DATA      0xcfc
#define ADDRESS_ENABLE 0x80000000U

#define BUSES	    256
#define BUS_SPACE   MIB(1)
#define FUNCTION(n) ((uint32_t)(n) << 12) /* in the space of a bus */

/* The mapped buses of some segments; constant after boot. */
static struct {
	uint16_t segment;
	uint8_t *buses[BUSES];
} segments[ACPI_ECAMS_MAX];
static unsigned n_segments;

static struct lock port_lock = LOCK_INIT("pci ports", RANK_PORT); /* from address to data */

bool pci_ports_present(void)
{
	uint32_t before, now;

	lock_acquire(&port_lock);
	before = inl(PORT_ADDRESS);
	outl(PORT_ADDRESS, ADDRESS_ENABLE);
	now = inl(PORT_ADDRESS);
	outl(PORT_ADDRESS, before);
	lock_release(&port_lock);
	return now == ADDRESS_ENABLE;
}

/* NULL: there is no such segment yet, nor room for it. */
static uint8_t **buses_of(uint16_t segment, bool make)
{
	for (unsigned i = 0; i < n_segments; i++) {
		if (segments[i].segment == segment)
			return segments[i].buses;
	}
	if (!make || n_segments == ACPI_ECAMS_MAX)
		return NULL;
	segments[n_segments].segment = segment;
	return segments[n_segments++].buses;
}

bool pci_map_bus(const struct acpi_mcfg_info *mcfg, uint16_t segment, uint8_t bus)
{
	uint8_t **buses = buses_of(segment, true);

	for (unsigned i = 0; buses && i < mcfg->n_ranges; i++) {
		const struct acpi_ecam *range = &mcfg->ranges[i];

		if (range->segment != segment || bus < range->first_bus || bus > range->last_bus)
			continue;
		if (!buses[bus])
			buses[bus] =
				mmio_map(range->base.raw + bus * BUS_SPACE, BUS_SPACE, KMAP_MMIO);
		return buses[bus] != NULL;
	}
	return false;
}

void pci_forget_buses(void)
{
	n_segments = 0;
}

/* Where the function's space is mapped; NULL: it is reached by the ports. */
static uint8_t *mapped(struct pci_address at)
{
	uint8_t **buses = buses_of(at.segment, false);

	return buses && buses[at.bus] ? buses[at.bus] + FUNCTION(at.devfn) : NULL;
}

static uint32_t port_address(struct pci_address at, unsigned offset)
{
	return ADDRESS_ENABLE | (uint32_t)at.bus << 16 | (uint32_t)at.devfn << 8 | offset;
}

uint32_t pci_read(struct pci_address at, unsigned offset)
{
	const uint8_t *space = mapped(at);
	uint32_t value;

	if (space)
		return mmio_read32(space + offset);
	if (at.segment)
		return UINT32_MAX;
	lock_acquire(&port_lock);
	outl(PORT_ADDRESS, port_address(at, offset));
	value = inl(PORT_DATA);
	lock_release(&port_lock);
	return value;
}

void pci_write(struct pci_address at, unsigned offset, uint32_t value)
{
	uint8_t *space = mapped(at);

	if (space) {
		mmio_write32(space + offset, value);
		return;
	}
	if (at.segment)
		return;
	lock_acquire(&port_lock);
	outl(PORT_ADDRESS, port_address(at, offset));
	outl(PORT_DATA, value);
	lock_release(&port_lock);
}
