/* Page tables in words: the walk of one address, and all that a range of addresses maps. */
#pragma once

#include "arch/x86_64/pte.h"
#include "lib/print.h"

/* Log the walk of `va` from the PML4 at `root`, a line a level with its flags decoded. */
void ptdump_address(paddr_t root, uint64_t va);

/* The same to `out`. */
void ptdump_walk(struct printer *out, paddr_t root, uint64_t va);

/* Let fault reports print the walk of the faulting address in the tables that CR3 holds. */
void ptdump_register(void);

/* A dump at work: neighbouring pages of the same size with the same rights are one line. */
struct ptdump {
	paddr_t root;
	uint64_t at, last; /* what is still to be looked at; last: inclusive */
	bool ended;
	uint64_t start, size, page_size; /* the line that is being made; size 0: none */
	pte_t flags;
};

/* Begin one of the addresses from `start` to `last`, that included. */
void ptdump_begin(struct ptdump *dump, paddr_t root, uint64_t start, uint64_t last);

/*
 * Look at the next entries, 256 at most, and print the lines that are complete: "START-END KIB PAGE
 * FLAGS". True while more is to do. For the user half the space's lock must be held; between two
 * calls it need not be, then the lines tell of different moments.
 */
bool ptdump_some(struct ptdump *dump, struct printer *out);
