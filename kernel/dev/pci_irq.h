/* Interrupts of PCI functions: by message (MSI, MSI-X) or by wire (INTx). Callers serialise. */
#pragma once

#include "core/device_irq.h"
#include "dev/pci.h"

/*
 * Let the function raise its one message interrupt, which `action` handles on this CPU. 0; -ENODEV
 * without MSI; -ENOSPC without a vector; -EOPNOTSUPP when a message cannot name this CPU (APIC ID
 * above 254).
 */
__must_check int pci_msi_enable(const struct pci_device *device, struct irq_action *action);

/*
 * Let it raise the first `count` interrupts of its MSI-X table, handled by actions[0..count); the
 * others stay masked. Errors as above, and -ENOMEM.
 */
__must_check int pci_msix_enable(const struct pci_device *device, struct irq_action *actions,
				 unsigned count);

/*
 * Let it pull its wire, which other functions may share: the handler must quiet the device. The ISA
 * interrupt is the one that firmware has noted for the function; ACPI's _PRT is not looked at.
 * -ENODEV when there is none.
 */
__must_check int pci_intx_enable(const struct pci_device *device, struct irq_action *action);
