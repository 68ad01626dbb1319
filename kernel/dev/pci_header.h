/*
 * What a PCI function's configuration space says (PCI Local Bus 3.0, chapter 6; sections are
 * its): address registers and capabilities. It is untrusted: lists may loop, sizes may be absurd,
 * and a function may be gone, which reads as all ones. Pure: the caller reads and writes.
 */
#pragma once

#include "lib/base.h"
#include "lib/tell.h"

#define PCI_BARS_MAX 6

/* Offsets in configuration space. */
#define PCI_ID		 0x00
#define PCI_COMMAND	 0x04 /* with the status in the upper half */
#define PCI_CLASS	 0x08 /* with the revision in the lowest byte */
#define PCI_HEADER	 0x0c
#define PCI_BAR0	 0x10
#define PCI_BUSES	 0x18 /* of bridges: primary, secondary, subordinate */
#define PCI_CAPABILITIES 0x34
#define PCI_INTERRUPT	 0x3c /* line, pin */

#define PCI_COMMAND_IO	   0x0001U
#define PCI_COMMAND_MEMORY 0x0002U
#define PCI_COMMAND_MASTER 0x0004U
#define PCI_COMMAND_NO_INT 0x0400U
#define PCI_STATUS_CAPS	   0x00100000U /* in the word at PCI_COMMAND */

/* One function's configuration space, in words at offsets that are multiples of 4. */
struct pci_access {
	uint32_t (*read)(void *ctx, unsigned offset);
	void (*write)(void *ctx, unsigned offset, uint32_t value);
	tell_fn tell;
	void *ctx; /* for all three */
};

enum pci_bar_kind { PCI_BAR_NONE, PCI_BAR_PORTS, PCI_BAR_MEMORY };

/* 6.2.5 */
struct pci_bar {
	enum pci_bar_kind kind;
	uint64_t address; /* physical, or a port; 0: firmware has given it none */
	uint64_t size;	  /* bytes, a power of two */
};

/* Offsets of capabilities; 0: there is none. */
struct pci_caps {
	uint8_t pcie, msi, msix;
};

/* 6.8.2.2 */
struct pci_msix {
	unsigned vectors; /* 0: there is none that can be used */
	unsigned bar;
	uint32_t offset; /* of the table of vectors in that BAR */
};

/*
 * Size the first `count` address registers: all ones are written and read back, with the function's
 * decoding off meanwhile, so that nobody may use it. An impossible one is told and left out.
 */
void pci_read_bars(const struct pci_access *access, unsigned count,
		   struct pci_bar bars[PCI_BARS_MAX]);

/* Walk the list of capabilities (6.7), each at most once; a broken list is told, and ends. */
void pci_read_caps(const struct pci_access *access, struct pci_caps *caps);

/* The MSI-X capability at `offset`; what does not lie inside its BAR as a whole is told. */
void pci_read_msix(const struct pci_access *access, unsigned offset,
		   const struct pci_bar bars[PCI_BARS_MAX], struct pci_msix *msix);
