/*
 * TLB flushes on all CPUs that they concern. The caller asks the others, flushes here meanwhile,
 * and waits for their answers. For the order of steps against a CPU that switches, see tlb_cpu.h.
 */
#pragma once

#include "mm/space.h"

/*
 * Entries for user pages [start, end) of `space` were changed; `tables`: page tables among them
 * were taken out. When this returns no CPU uses what they said before. [space's lock]
 */
void tlb_flush_range(struct space *space, uint64_t start, uint64_t end, bool tables);

/*
 * Take the tables of `space`, which no thread can switch to any more, out of every CPU. When this
 * returns it is not live. Any lock may be held but one that a CPU could want to take it.
 */
void tlb_expel(struct space *space);

/* Entries of the kernel half were changed. Takes no lock. */
void tlb_flush_kernel(void);

/* Serve the requests of other CPUs. From the flush interrupt and from every spin (smp_poll). */
void tlb_serve(void);

/* Sends VECTOR_TLB to a CPU; registered at boot when there are several. */
extern void (*tlb_send_ipi)(uint32_t cpu_id);

/* What the TLBs have cost since boot, all CPUs together. */
struct tlb_counts {
	uint64_t loads;	 /* of a space into CR3 */
	uint64_t kept;	 /* of those, loads that kept the space's translations */
	uint64_t rounds; /* times that a CPU has given out all its PCIDs */
	uint64_t asks;	 /* flushes for which other CPUs had to be asked */
	uint64_t asked;	 /* CPUs asked for them, in sum */
};

/* Fill in `counts`; other CPUs go on counting meanwhile. */
void tlb_count(struct tlb_counts *counts);
