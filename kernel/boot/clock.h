/* The machine's timers: the clock, and who looks whether it and the CPUs go as they should. */
#pragma once

/* The clock, calibrated, and this CPU's timer. After boot_acpi() and apic_init(). */
void boot_clock(void);

/* The watchdog, unless the word nowatchdog is there. After boot_processors(). */
void boot_watchdog(void);

/* See whether the timers contradict each other (clock_check.h). After tasks_start(). */
void boot_clock_check(void);
