/*
 * The one-shot timer of each CPU: the APIC's TSC-deadline or one-shot mode (SDM 3A 11.5.4), and for
 * a CPU without an APIC the PIT through the 8259. It interrupts at VECTOR_TIMER, the PIT at
 * VECTOR_PIC + 0.
 */
#pragma once

#include "arch/x86_64/tsc.h"

enum timer_kind { TIMER_TSC_DEADLINE, TIMER_APIC_ONE_SHOT, TIMER_PIT };

/*
 * Choose the kind, on the boot CPU, after clock_calibrate() and apic_init(); with the PIT, unmask
 * IRQ 0 (after pic_init()). Then timer_init_cpu() is due on every CPU.
 */
void timer_init(const struct clock_report *report);

/*
 * Does the timer of this CPU, the boot CPU, interrupt? Arms it to be due at once, and waits for the
 * request, which then is the first one to be taken: 500 ms at most. After timer_init_cpu().
 */
bool timer_interrupts(void);

/* It does not: choose another kind, and prepare it. False when there is none. */
bool timer_choose_another(void);

/* The APIC timer is found to run at `apic_timer_hz` where the TSC runs at `tsc_hz`. */
void timer_set_rates(uint64_t apic_timer_hz, uint64_t tsc_hz);

/* The kind that was chosen. */
enum timer_kind timer_in_use(void);

/* Prepare this CPU's timer, disarmed. After apic_init_cpu(). */
void timer_init_cpu(void);

/*
 * Interrupt this CPU once, when clock_ns() has reached `deadline` (ns); at once when it has
 * passed. Replaces what was armed. The interrupt may come early, never late by more than the
 * hardware's tick: APIC and PIT count at most 2^32 and 2^16 ticks, and the handler looks at the
 * clock and arms again.
 */
void timer_arm(uint64_t deadline);

/* Ask for no interrupt. One that is on its way may still come. */
void timer_disarm(void);
