/* What the machine has, from ACPI, and its processors. */
#pragma once

#include "dev/acpi_tables.h"

extern struct acpi_info acpi;

/* Read the ACPI tables, unless the word noacpi forbids it or there are none. */
void boot_acpi(void);

/* Interrupt controllers silenced, clock calibrated, this CPU's timer running. */
void boot_interrupts_and_clock(void);

/* Start all other processors; each ends in ap_main(). Missing ones are named and left out. */
void boot_processors(void);

/* What an AP sets up of its hardware, before it is online. */
void boot_ap(void);
