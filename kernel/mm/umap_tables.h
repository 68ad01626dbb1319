/*
 * What the files of the user half's mapper share: ways down the tables, and how entries are filled,
 * emptied and read. Only umap*.c include it.
 */
#pragma once

#include "mm/frames.h"
#include "mm/umap_walk.h"

#define TABLE_FLAGS (PTE_PRESENT | PTE_WRITE | PTE_USER | PTE_ACCESSED)

#define EMPTY_PER_UNIT 32 /* empty entries that cost as much to pass as one page */

/* A position in the tables: the entries on the way to an address, as far down as tables exist. */
struct path {
	pte_t *entry[PT_LEVELS + 1];
	int level; /* of the lowest entry */
};

/* The way to `va`. Panics on an address of the kernel half. */
void path_find(const struct space *space, uint64_t va, struct path *path);

/*
 * Clear the entries that point to tables without entries, from the lowest level of `path`, the way
 * to `va`, up. CPUs cache the way as well: a flush of the page drops that too (SDM 3A 4.10.4.1).
 */
void path_free_empty(struct space *space, const struct path *path, uint64_t va,
		     struct tlb_batch *batch);

/* Free the tables on the way to `va` that hold nothing: a way that was only half made. */
void umap_drop_empty(struct space *space, uint64_t va);

/* The entry of a used large page that the way ends at, or NULL. */
static inline pte_t *path_large(const struct path *path)
{
	return path->level == 2 && *path->entry[2] ? path->entry[2] : NULL;
}

static inline void clear_entry(pte_t *entry)
{
	*entry = 0;
	table_page(entry)->word--;
}

/* Where what one entry of `level` covers, around `va`, ends. */
static inline uint64_t entry_end(uint64_t va, int level)
{
	return ALIGN_DOWN(va, level_size(level)) + level_size(level);
}

/* How many of the `n` entries from `entry` on are empty, before the first that is used. */
static inline uint64_t count_empty(const pte_t *entry, uint64_t n)
{
	uint64_t count = 0;

	while (count < n && !entry[count])
		count++;
	return count;
}

static inline void spend(unsigned *budget, unsigned units)
{
	*budget -= MIN(*budget, units);
}
