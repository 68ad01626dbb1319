/*
 * Starting the other CPUs (SDM 3A 9.4.4): INIT and SIPI to all of them from one low page, whose
 * code (trampoline.S) brings each to ap_main() on its own stack, all at the same time.
 *
 * Each has a slot with a stage. A CPU that does not appear in time is abandoned: if it comes after
 * all, it finds that its stage is no longer AP_WAITING, and halts in the trampoline page, which
 * together with its page tables stays reserved for ever.
 */
#pragma once

/* Stages; numbers shared with trampoline.S. The arrows name who makes the step. */
#define AP_UNUSED    0
#define AP_WAITING   1 /* smp_add_slot() */
#define AP_CLAIMED   2 /* WAITING -> by the CPU itself, in trampoline.S */
#define AP_ONLINE    3 /* CLAIMED -> by the CPU itself, in smp_ap_online() */
#define AP_ABANDONED 4 /* WAITING -> by smp_start_all(), which has waited long enough */
#define AP_DROPPED   5 /* CLAIMED -> by smp_start_all(): it came, but did not come online */

/* struct ap_slot for assembly. */
#define AP_SLOT_APIC_ID 0
#define AP_SLOT_STAGE	4
#define AP_SLOT_SIZE	24

#ifndef __ASSEMBLER__

#include "arch/x86_64/layout.h"
#include "lib/addr.h"

struct ap_slot {
	uint32_t apic_id;
	uint32_t stage;	     /* atomic */
	uint64_t sipi_tsc;   /* when its first SIPI was sent; 0: never */
	uint64_t online_tsc; /* when it was online; 0: it is not */
};

/* By CPU index; slot 0, the boot CPU's, is unused. */
extern struct ap_slot ap_slots[CPU_MAX];

/*
 * CPU index `id` (1 .. CPU_MAX-1, in rising order without a gap) is the CPU with `apic_id`, and its
 * window exists. Before smp_start_all().
 */
void smp_add_slot(uint32_t id, uint32_t apic_id);

/*
 * Start every CPU that has a slot, and return when all are online, or 10 s have passed; those
 * missing are then AP_ABANDONED or AP_DROPPED. The number of CPUs online is returned, without the
 * boot CPU. An APIC ID above 254 needs x2APIC mode; without it, it is abandoned at once.
 *
 * `page` is a writable mapping of the physical page `page_phys` (below 1 MiB); `tables` a PML4
 * below 4 GiB that maps this page to itself, executable, and shares the kernel half; `master` the
 * PML4 that the CPUs then load. Page and tables must stay as they are for ever. On the boot CPU,
 * after apic_init() and clock_calibrate(), with interrupts off.
 */
uint32_t smp_start_all(void *page, paddr_t page_phys, paddr_t tables, paddr_t master);

/*
 * This CPU, index `id`, has done all that the others need of it: from ap_main(), last. Does not
 * return when the boot CPU has dropped it meanwhile. Panics when this CPU runs although it was
 * abandoned, and when it cannot run threads yet.
 */
void smp_ap_online(uint32_t id);

/* CPU `id` may take interrupts: it is the boot CPU, or has come by smp_ap_online(). */
bool smp_may_interrupt(uint32_t id);

#ifdef DEBUG
/*
 * Make CPU `id` late (the word delay-ap=): it waits before claiming its slot until it has been
 * abandoned, which then happens after 1 s. Before smp_start_all().
 */
void smp_delay(uint32_t id);
#endif

#endif
