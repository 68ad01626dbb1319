/* NMIs from a timer or a counter, for the watchdog of a machine with one CPU. */
#pragma once

#include "proc/watchdog.h"

/*
 * Have one of the timers, or else a performance counter, send an NMI every `period` ns to this CPU;
 * the PIT sends more, and so may the counter. Returns what it is called, or NULL when none does:
 * one has to come for that. Once, at boot.
 */
const char *watchdog_nmi_start(const struct watchdog_timers *timers, uint64_t period);

/* One has come; callable from it. */
void watchdog_nmi_again(void);

/* Have none sent from now on; callable from an NMI. And have them sent again, if they are not. */
void watchdog_nmi_pause(void);
void watchdog_nmi_resume(void);
