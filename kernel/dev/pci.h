/* The PCI functions of the machine. */
#pragma once

#include "dev/pci_config.h"
#include "dev/pci_header.h"

#define PCI_DEVICES_MAX 128

/* Base class and subclass; the programming interface is below them in `class`. */
#define PCI_CLASS_DISPLAY  0x03
#define PCI_CLASS_BRIDGE   0x06
#define PCI_SUBCLASS_PCI   0x0604
#define PCI_SUBCLASS_IOMMU 0x0806
#define PCI_SUBCLASS_USB   0x0c03

struct pci_device {
	struct pci_address at;
	uint16_t vendor, device;
	uint32_t class; /* 24 bits */
	uint8_t line;	/* ISA interrupt that firmware has noted, */
	uint8_t pin;	/* for INTA to INTD: 1 to 4; 0: none */
	struct pci_caps caps;
	struct pci_msix msix;
	struct pci_bar bars[PCI_BARS_MAX];
};

/* Called for each function that answers; `id` is the word at PCI_ID. */
typedef void (*pci_visit_fn)(struct pci_address at, uint32_t id);

/*
 * Visit the functions of `first_bus` and of all buses that bridges lead to from there, each bus
 * once. With `mcfg`, each bus is mapped first where that has it. At boot.
 */
void pci_scan(uint16_t segment, uint8_t first_bus, const struct acpi_mcfg_info *mcfg,
	      pci_visit_fn visit);

/*
 * A pci_visit_fn: nothing may write to memory any more on behalf of firmware, or interrupt: bus
 * mastering and INTx are switched off, but for bridges, remapping units, displays, and USB
 * controllers that firmware drives. What was on is told. Needs the boot tables, which map the first
 * 4 GiB.
 */
void pci_quiet(struct pci_address at, uint32_t id);

/*
 * A pci_visit_fn: read what the function's space says, keep it, and tell it in a line. BARs for
 * which `is_ram` is true are not believed.
 */
void pci_record(struct pci_address at, uint32_t id);
extern bool (*pci_is_ram)(uint64_t start, uint64_t end);

/* The first recorded function with these identifiers, or NULL. */
const struct pci_device *pci_find(uint16_t vendor, uint16_t device);

/* Set and clear bits of the command register (PCI_COMMAND_*). */
void pci_command(const struct pci_device *device, uint32_t set, uint32_t clear);
