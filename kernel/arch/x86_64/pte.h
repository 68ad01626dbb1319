/* Page-table entries (SDM 3A 4.5, tables 4-15 to 4-20). */
#pragma once

#include "lib/addr.h"

typedef uint64_t pte_t;

#define PTE_PRESENT   0x001ULL
#define PTE_WRITE     0x002ULL
#define PTE_USER      0x004ULL
#define PTE_PWT	      0x008ULL
#define PTE_PCD	      0x010ULL
#define PTE_ACCESSED  0x020ULL
#define PTE_DIRTY     0x040ULL
#define PTE_LARGE     0x080ULL /* in a PD or PDPT entry: maps a page */
#define PTE_PAT_4K    0x080ULL /* in a PT entry */
#define PTE_GLOBAL    0x100ULL
#define PTE_PAT_LARGE 0x1000ULL
#define PTE_NX	      (1ULL << 63)
#define PTE_ADDRESS   0x000ffffffffff000ULL

#define PT_ENTRIES 512
#define PT_LEVELS  4 /* level 4 is the PML4, level 1 maps 4 KiB pages */

/* Bytes that one entry of a table of `level` covers. */
static inline uint64_t level_size(int level)
{
	return 1ULL << (12 + 9 * (level - 1));
}

/* Index into the table of `level` for `va`. */
static inline unsigned level_index(uint64_t va, int level)
{
	return (va >> (12 + 9 * (level - 1))) & (PT_ENTRIES - 1);
}

static inline paddr_t pte_address(pte_t pte)
{
	return PADDR(pte & PTE_ADDRESS);
}

/* Does this entry of a table of `level` map a page (rather than point to a table)? */
static inline bool pte_is_leaf(pte_t pte, int level)
{
	return level == 1 || (pte & PTE_LARGE) != 0;
}

/*
 * An entry that keeps its frame but maps nothing (PROT_NONE): not present, with the address
 * inverted, so that a CPU that speculates through it (L1TF) finds no RAM there.
 */
static inline pte_t pte_hide(pte_t pte)
{
	return (pte ^ PTE_ADDRESS) & ~PTE_PRESENT;
}

/* The address of the frame that any used entry keeps. */
static inline paddr_t pte_frame(pte_t pte)
{
	return pte_address(pte & PTE_PRESENT ? pte : pte ^ PTE_ADDRESS);
}
