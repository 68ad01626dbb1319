/*
 * Process-context identifiers (SDM 3A 4.10.1): each CPU tags the translations that it caches with
 * the PCID in CR3, so that those of several spaces live side by side and a switch need not drop
 * them. Each CPU gives out its own 4,095 PCIDs, one after the other; when they are used up it
 * begins anew with a next generation, in which nothing that was given before counts. Number 0 is
 * that of the master's tables, which have no user half.
 *
 * A CPU remembers a few spaces, each at the one place that its serial number says. A space that is
 * not there any more gets a fresh PCID, whose translations the first load drops, whosever they are.
 */
#pragma once

#include "lib/base.h"

#define PCID_BITS   12
#define PCID_MASK   ((1UL << PCID_BITS) - 1)
#define PCID_COPIES 32 /* spaces that a CPU remembers */

/* What a CPU has of a space in its TLB. */
struct tlb_copy {
	uint64_t serial; /* the space's; 0: none */
	uint64_t tag;	 /* PCID, and above it the CPU's generation in which it was given */
	uint64_t seen;	 /* the space's generation that it agrees with; 0: holds anything */
};

struct pcids {
	uint64_t last; /* the tag that was given last; zeroed memory is right to begin with */
	struct tlb_copy copies[PCID_COPIES];
};

/*
 * The CPU's copy of the space with this serial number: as it was left, or one with a fresh PCID,
 * whose `seen` is 0. The caller loads it at once, dropping what is tagged so unless `seen` is the
 * space's generation.
 */
struct tlb_copy *pcid_copy(struct pcids *pcids, uint64_t serial);
