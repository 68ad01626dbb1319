#include "dev/pci_header.h"

#include "lib/bitmap.h"

#define HEADER_SIZE 0x40  /* capabilities lie behind it, */
#define SPACE_SIZE  0x100 /* in the first 256 bytes */

/* Capability identifiers, appendix H. */
#define CAP_MSI	 0x05
#define CAP_PCIE 0x10
#define CAP_MSIX 0x11

/* Address registers, 6.2.5.1. */
#define BAR_PORTS	0x1U
#define BAR_PORTS_MASK	0xfffffffcU
#define BAR_TYPE	0x6U
#define BAR_TYPE_64	0x4U
#define BAR_MEMORY_MASK 0xfffffff0U
#define PORT_MAX	0xffffU

/* MSI-X, 6.8.2. */
#define MSIX_SIZE(word)	 (((word) >> 16 & 0x7ff) + 1)
#define MSIX_TABLE	 4
#define MSIX_BAR_MASK	 0x7U
#define MSIX_ENTRY_BYTES 16

#define GONE 0xffffffffU

/* --- address registers --- */

/* What the register takes of all ones; it is put back as it was. */
static uint32_t writable_bits(const struct pci_access *access, unsigned offset, uint32_t value)
{
	uint32_t bits;

	access->write(access->ctx, offset, 0xffffffff);
	bits = access->read(access->ctx, offset);
	access->write(access->ctx, offset, value);
	return bits;
}

/* The size that follows from the writable bits: the lowest of them. */
static uint64_t size_of(uint64_t bits)
{
	return bits & -bits;
}

static void set_bar(const struct pci_access *access, unsigned index, struct pci_bar *bar,
		    struct pci_bar found)
{
	uint64_t end = found.address + found.size;

	if (found.size == 0)
		return;
	if (end < found.address || found.address & (found.size - 1) || found.address >> 52 ||
	    (found.kind == PCI_BAR_PORTS && end > PORT_MAX + 1U))
		access->tell(access->ctx, "BAR %u: %lx bytes at %lx, ignored", index, found.size,
			     found.address);
	else
		*bar = found;
}

static void read_ports_bar(const struct pci_access *access, unsigned index, struct pci_bar *bar)
{
	unsigned offset = PCI_BAR0 + 4 * index;
	uint32_t value = access->read(access->ctx, offset);
	/* Functions may leave the upper half at 0. */
	uint32_t bits = writable_bits(access, offset, value) & BAR_PORTS_MASK & PORT_MAX;

	set_bar(access, index, bar,
		(struct pci_bar){PCI_BAR_PORTS, value & BAR_PORTS_MASK, size_of(bits)});
}

static void read_memory_bar(const struct pci_access *access, unsigned index, bool wide,
			    struct pci_bar *bar)
{
	unsigned offset = PCI_BAR0 + 4 * index;
	uint32_t low = access->read(access->ctx, offset), high = 0;
	uint64_t bits = writable_bits(access, offset, low) & BAR_MEMORY_MASK;

	if (wide) {
		high = access->read(access->ctx, offset + 4);
		bits |= (uint64_t)writable_bits(access, offset + 4, high) << 32;
	}
	set_bar(access, index, bar,
		(struct pci_bar){PCI_BAR_MEMORY, (uint64_t)high << 32 | (low & BAR_MEMORY_MASK),
				 size_of(bits)});
}

void pci_read_bars(const struct pci_access *access, unsigned count,
		   struct pci_bar bars[PCI_BARS_MAX])
{
	uint32_t command = access->read(access->ctx, PCI_COMMAND) & 0xffff;

	for (unsigned i = 0; i < PCI_BARS_MAX; i++)
		bars[i] = (struct pci_bar){.kind = PCI_BAR_NONE};
	access->write(access->ctx, PCI_COMMAND, command & ~(PCI_COMMAND_IO | PCI_COMMAND_MEMORY));
	for (unsigned i = 0; i < MIN(count, (unsigned)PCI_BARS_MAX); i++) {
		uint32_t value = access->read(access->ctx, PCI_BAR0 + 4 * i);
		bool wide = !(value & BAR_PORTS) && (value & BAR_TYPE) == BAR_TYPE_64;

		if (value == GONE)
			continue;
		if (value & BAR_PORTS)
			read_ports_bar(access, i, &bars[i]);
		else if (wide && i + 1 >= count)
			access->tell(access->ctx, "BAR %u: its upper half is missing", i);
		else
			read_memory_bar(access, i, wide, &bars[i]);
		i += wide;
	}
	access->write(access->ctx, PCI_COMMAND, command);
}

/* --- capabilities --- */

/* Where the offset of a capability is kept, and how long it may be; NULL: it is of no interest. */
static uint8_t *place_of(struct pci_caps *caps, uint8_t id, unsigned *size)
{
	switch (id) {
	case CAP_MSI: /* with 64-bit addresses and masks */
		*size = 24;
		return &caps->msi;
	case CAP_MSIX:
		*size = 12;
		return &caps->msix;
	case CAP_PCIE:
		*size = 2;
		return &caps->pcie;
	default:
		return NULL;
	}
}

static void note_cap(const struct pci_access *access, struct pci_caps *caps, unsigned offset,
		     uint8_t id)
{
	unsigned size = 0;
	uint8_t *place = place_of(caps, id, &size);

	if (!place)
		return;
	if (*place != 0 || offset + size > SPACE_SIZE)
		access->tell(access->ctx, "capabilities: %02x at %02x is %s, ignored", id, offset,
			     *place ? "a second one" : "cut off");
	else
		*place = (uint8_t)offset;
}

void pci_read_caps(const struct pci_access *access, struct pci_caps *caps)
{
	uint64_t seen[BITMAP_WORDS(SPACE_SIZE)] = {0};
	uint32_t status = access->read(access->ctx, PCI_COMMAND);
	unsigned next;

	*caps = (struct pci_caps){0};
	if (status == GONE || !(status & PCI_STATUS_CAPS))
		return;
	next = access->read(access->ctx, PCI_CAPABILITIES) & 0xfc;
	while (next != 0) {
		uint32_t word;

		if (next < HEADER_SIZE || bitmap_test(seen, next)) {
			access->tell(access->ctx, "capabilities: the list %s at %02x",
				     next < HEADER_SIZE ? "leads into the header" : "loops", next);
			return;
		}
		bitmap_set(seen, next);
		word = access->read(access->ctx, next);
		if (word == GONE) {
			access->tell(access->ctx, "capabilities: nothing at %02x", next);
			return;
		}
		note_cap(access, caps, next, word & 0xff);
		next = word >> 8 & 0xfc;
	}
}

void pci_read_msix(const struct pci_access *access, unsigned offset,
		   const struct pci_bar bars[PCI_BARS_MAX], struct pci_msix *msix)
{
	uint32_t control = access->read(access->ctx, offset);
	unsigned vectors = MSIX_SIZE(control);
	uint32_t table = access->read(access->ctx, offset + MSIX_TABLE);
	unsigned bar = table & MSIX_BAR_MASK;

	*msix = (struct pci_msix){0};
	table &= ~MSIX_BAR_MASK;
	if (bar >= PCI_BARS_MAX || bars[bar].kind != PCI_BAR_MEMORY || bars[bar].address == 0 ||
	    (uint64_t)table + (uint64_t)vectors * MSIX_ENTRY_BYTES > bars[bar].size)
		access->tell(access->ctx, "MSI-X: %u vectors at %x of BAR %u, ignored", vectors,
			     table, bar);
	else
		*msix = (struct pci_msix){vectors, bar, table};
}
