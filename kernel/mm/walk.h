/*
 * The page-table walker: what the CPU would find for an address (SDM 3A 4.5.4). The one place that
 * descends the tables for looking; the mappers (kmap.h, umap.h) descend to change them.
 */
#pragma once

#include "arch/x86_64/pte.h"

struct walk {
	pte_t entry[PT_LEVELS + 1]; /* entry[n]: the entry of level n that was used; [0] unused */
	int level;		    /* the level that ended the walk */
	bool mapped;		    /* its entry maps a page; otherwise it is not present */
};

/* Walk `va` from the PML4 at `root`. The tables must be in RAM that the direct map holds. */
void walk_tables(paddr_t root, uint64_t va, struct walk *walk);

/* The physical address that a walk of `va` that found a page leads to. */
paddr_t walk_address(const struct walk *walk, uint64_t va);

/* May ring 0 write there: present, and writable on every level? */
bool walk_writable(const struct walk *walk);
