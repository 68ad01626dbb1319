/*
 * Units that remap what devices address. The kernel uses none; those that firmware has switched on
 * would keep devices from memory, and messages from CPUs, so they are switched off.
 */
#pragma once

#include "dev/acpi_tables.h"

/*
 * Tell of each unit, and switch off what is on in it. `regs` maps a unit's registers, whole pages,
 * or returns NULL where it must not be. At boot, before interrupts are routed.
 */
void iommus_stop(const struct acpi_iommu_info *info, void *(*map)(uint64_t base, uint64_t size));
