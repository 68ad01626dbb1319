/*
 * Switching the machine off, and starting it anew: by what ACPI says (ACPI 4.8.3.2, 4.8.3.6,
 * 7.4.2.6), and where it says nothing or that does not help, by what emulators and old machines do.
 */
#pragma once

#include "dev/acpi_tables.h"

enum power_action { POWER_OFF, POWER_RESET, POWER_HALT };

/* Keep what the tables say (nothing, where there are none), and tell it. At boot. */
void power_init(const struct acpi_info *acpi);

/* Do it at once, as after a panic: nothing is written out, no lock is taken. */
__noreturn void power_now(enum power_action action);

/*
 * Do it in order: all other CPUs stand still, and what programs and the log have said is written
 * out. Returns only when somebody else has the machine stand still; then the caller must come to
 * its exit, and try again. No lock may be held.
 */
void power_end(enum power_action action);
