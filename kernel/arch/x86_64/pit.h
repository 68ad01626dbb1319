/*
 * The 8254 interval timer (Intel 8254 data sheet): channel 2 as a time reference, channel 0 as the
 * one-shot timer of a machine whose CPU has no local APIC. It may be absent or have its clock
 * gated: then reads give a constant.
 */
#pragma once

#include "lib/base.h"

#define PIT_HZ	 1193182UL
#define PIT_MASK 0xffffU

/*
 * Let channel 2 count freely, speaker off. Returns what pit_reference_stop() needs to put port 0x61
 * back as it was.
 */
uint8_t pit_reference_start(void);
void pit_reference_stop(uint8_t port_b);

/* Channel 2's counter, turned upward: 16 bits at PIT_HZ. */
uint32_t pit_reference_read(void);

/* Whether there is one whose clock runs: channel 2's counter changes within some microseconds. */
bool pit_counts(void);

/* Raise IRQ 0 once, `ticks` (1 to 65536; others are clamped) of PIT_HZ from now. */
void pit_arm(uint64_t ticks);

/* Raise IRQ 0 again and again, every 55 ms. */
void pit_start_periodic(void);

#define NS_TO_PIT(ns) ((ns)*PIT_HZ / 1000000000UL)

/* Stop channel 0: no interrupt will come, except one that the 8259 has latched already. */
void pit_disarm(void);
