/*
 * The watchdog: a CPU that for ten seconds was neither idle nor through the exit loop is stuck, and
 * a panic names it, with its backtrace and its locks.
 *
 * Each CPU that runs something looks at the others every four seconds; where only one does, an idle
 * CPU looks at it too. Whose count of entries stands still gets an NMI, and finds out about itself
 * from where that came. A CPU that is alone gets NMIs from the HPET, or else the PIT, or else a
 * performance counter, which stands still while it is idle.
 */
#pragma once

#include "arch/x86_64/hpet.h"
#include "arch/x86_64/trapframe.h"

/* The timers that may send NMIs to a machine's only CPU. */
struct watchdog_timers {
	const struct hpet *hpet; /* NULL: none */
	bool pit;		 /* nothing else uses its channel 0 */
	uint32_t pit_gsi;	 /* where its interrupts arrive */
};

/* Begin, unless `wanted` is false; tells how, or why not. When all CPUs are online. */
void watchdog_start(const struct watchdog_timers *timers, bool wanted);

/* This CPU is no longer idle. From the exit loop, without locks, before what it is to run. */
void watchdog_left_idle(void);

/* CPU_WORK_WATCH: look at the others. From the exit loop, without locks. */
void watchdog_look(void);

/* VECTOR_RESCHED has come: sets CPU_WORK_WATCH if it was for this. */
void watchdog_note(void);

/* An NMI has come. Takes no lock; returns unless this CPU is stuck. */
void watchdog_nmi(const struct trapframe *tf);
