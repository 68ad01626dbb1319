/* Which functions there are: see pci.h. */
#include "dev/pci.h"

#include "lib/bitmap.h"

#define BUSES	      256
#define SLOTS	      32
#define FUNCTIONS     8
#define NOBODY	      0xffffU
#define MULTIFUNCTION 0x00800000U /* in the word at PCI_HEADER */
#define HEADER_BRIDGE 0x00010000U
#define HEADER_MASK   0x007f0000U

/* One segment's scan. */
struct scan {
	uint16_t segment;
	pci_visit_fn visit;
	uint64_t found[BITMAP_WORDS(BUSES)]; /* reachable, */
	uint64_t done[BITMAP_WORDS(BUSES)];  /* and looked at */
};

/* Returns the word at PCI_HEADER; 0 when nobody answers. */
static uint32_t scan_function(struct scan *scan, struct pci_address at)
{
	uint32_t id = pci_read(at, PCI_ID), header;

	if ((id & 0xffff) == NOBODY || (id & 0xffff) == 0)
		return 0;
	header = pci_read(at, PCI_HEADER);
	scan->visit(at, id);
	if ((header & HEADER_MASK) == HEADER_BRIDGE)
		bitmap_set(scan->found, pci_read(at, PCI_BUSES) >> 8 & 0xff);
	return header;
}

static void scan_bus(struct scan *scan, uint8_t bus)
{
	for (unsigned slot = 0; slot < SLOTS; slot++) {
		struct pci_address at = {scan->segment, bus, (uint8_t)(slot << 3)};
		uint32_t header = scan_function(scan, at);

		for (unsigned n = 1; n < FUNCTIONS && (header & MULTIFUNCTION); n++) {
			at.devfn = (uint8_t)(slot << 3 | n);
			scan_function(scan, at);
		}
	}
}

/* A bus that is reachable and has not been looked at; BUSES when there is none. */
static unsigned next_bus(const struct scan *scan)
{
	for (unsigned bus = 0; bus < BUSES; bus++) {
		if (bitmap_test(scan->found, bus) && !bitmap_test(scan->done, bus))
			return bus;
	}
	return BUSES;
}

void pci_scan(uint16_t segment, uint8_t first_bus, const struct acpi_mcfg_info *mcfg,
	      pci_visit_fn visit)
{
	struct scan scan = {.segment = segment, .visit = visit};
	unsigned bus;

	bitmap_set(scan.found, first_bus);
	while ((bus = next_bus(&scan)) < BUSES) {
		bitmap_set(scan.done, bus);
		if (mcfg)
			(void)pci_map_bus(mcfg, segment, (uint8_t)bus);
		scan_bus(&scan, (uint8_t)bus);
	}
}
