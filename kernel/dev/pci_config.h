/*
 * PCI configuration space: by the ports 0xcf8 and 0xcfc (PCI Local Bus 3.0, 3.2.2.3.2), which reach
 * segment 0, or in memory where the MCFG says (ECAM, PCI Express Base 5.0, 7.2.2).
 */
#pragma once

#include "dev/acpi_tables.h"

struct pci_address {
	uint16_t segment;
	uint8_t bus;
	uint8_t devfn; /* device << 3 | function */
};

#define PCI_SLOT(devfn)	    ((devfn) >> 3)
#define PCI_FUNCTION(devfn) ((devfn)&7)

/* Are there the ports? They are looked for by writing and reading the first one. */
bool pci_ports_present(void);

/*
 * Map the configuration space of one bus, and use it from now on. False when no usable range of
 * `mcfg` has it, or there is no memory. At boot, while one CPU runs.
 */
bool pci_map_bus(const struct acpi_mcfg_info *mcfg, uint16_t segment, uint8_t bus);

/* Use the ports again for all buses. At boot. */
void pci_forget_buses(void);

/*
 * The word at `offset`, a multiple of 4 below 256; all ones where nothing is. By memory if its bus
 * has been mapped, else by the ports. Takes RANK_PORT.
 */
uint32_t pci_read(struct pci_address at, unsigned offset);
void pci_write(struct pci_address at, unsigned offset, uint32_t value);
