/* PCI at boot. */
#pragma once

/* Stop what firmware has left at work. With the boot tables, before any RAM is used. */
void boot_pci_quiet(void);

/* Read and tell what there is, by memory if the MCFG says where; stop remapping units. */
void boot_pci(void);
