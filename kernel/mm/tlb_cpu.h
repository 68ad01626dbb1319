/*
 * One CPU's TLB: the space whose tables CR3 holds, and up to which of its changes the translations
 * are right. How this agrees with the flushes of other CPUs (docs/memory.md):
 *
 *	initiator (tlb_flush.c)			switcher (space_switch)
 *	1. changes the entry			1. sets `active` and its bit in space->live
 *	2. generation + 1, full barrier		2. full barrier
 *	3. reads live and active, and		3. reads the generation, and loads CR3,
 *	   asks those who use the space		   flushing if it was another at its last flush
 *
 * Either the initiator sees the switcher, or the switcher sees the new generation.
 *
 * A CPU without a user thread is lazy: `active` is NULL, but CR3 still holds the space of the last
 * one, which may well be the next. Nobody uses a user address there, so it is not asked when pages
 * go, and compares generations when it goes on. But it may walk the tables at any time (SDM 3A
 * 4.10.2.3), so it is asked when tables go, and then takes the master's.
 */
#pragma once

#include "arch/x86_64/cpu.h"
#include "mm/pcid.h"
#include "mm/space.h"

enum tlb_flush_kind {
	TLB_FLUSH_PAGES,  /* user pages [start, end) of a space */
	TLB_FLUSH_LEAVE,  /* let go of the space's tables: all of them are to be freed */
	TLB_FLUSH_KERNEL, /* everything, the kernel's global translations too */
};

struct tlb_flush {
	enum tlb_flush_kind kind;
	struct space *space;
	uint64_t start, end;
	uint64_t generation; /* the space's, of this change */
};

struct tlb_cpu {
	struct space *active;  /* atomic: the space whose user half may be used; others read it */
	struct space *loaded;  /* the one in CR3; NULL: the master's tables, which have none */
	struct tlb_copy *copy; /* of `loaded` */
	uint64_t loads, kept;  /* of CR3 with a space; those that kept its translations */
	uint64_t asks, asked; /* flushes that other CPUs had to be asked for; how many those were */
	struct pcids pcids;
};

#define TLB_FLUSH_ALL 33 /* pages above which everything of a space is flushed */

DECLARE_PERCPU(struct tlb_cpu, tlb_cpu);

/* PCIDs are in use. Constant after boot. */
extern bool tlb_pcid;

/*
 * Use PCIDs if this CPU has them in working order and `allowed` says so. On the boot CPU, which has
 * the master's tables loaded; and then tlb_init_cpu() on every other CPU.
 */
void tlb_init(bool allowed);
void tlb_init_cpu(void);

/* Panic: this CPU has gone on with what a space's tables do not say any more. */
__noreturn void tlb_is_stale(const char *how);

/* Do the flush on this CPU, as far as it concerns it. */
void tlb_flush_here(const struct tlb_flush *flush);
