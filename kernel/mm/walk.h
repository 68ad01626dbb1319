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

/*
 * All used entries of the tables below some slots of a PML4, in order of address, each before those
 * of the table that it leads to. The tables must not change meanwhile.
 */
struct table_walk {
	uint64_t va;  /* where what the entry covers begins */
	int level;    /* of the table that the entry is in */
	pte_t entry;  /* not 0; it need not be present */
	bool descend; /* it leads to a table: the caller may clear this to pass over that */
	unsigned end;
	unsigned index[PT_LEVELS + 1];
	const pte_t *table[PT_LEVELS + 1];
	pte_t all[PT_LEVELS + 2]; /* all[n]: bits set in the entries of all levels from n up */
	pte_t any[PT_LEVELS + 2]; /* any[n]: bits set in one of them */
};

/* Begin at slot `first` of the PML4 at `root`, to end before slot `end`. */
void table_walk_begin(struct table_walk *walk, paddr_t root, unsigned first, unsigned end);

/* The next entry; false: there is none. */
bool table_walk_next(struct table_walk *walk);

/* Does the entry map a page? Then: may anybody write it, and execute it? (SDM 3A 4.6.1) */
static inline bool table_walk_is_page(const struct table_walk *walk)
{
	return (walk->entry & PTE_PRESENT) && pte_is_leaf(walk->entry, walk->level);
}

static inline bool table_walk_writable(const struct table_walk *walk)
{
	return walk->all[walk->level] & PTE_WRITE;
}

static inline bool table_walk_executable(const struct table_walk *walk)
{
	return !(walk->any[walk->level] & PTE_NX);
}
