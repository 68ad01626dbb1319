#include "mm/walk.h"

#include "mm/phys.h"

void walk_tables(paddr_t root, uint64_t va, struct walk *walk)
{
	paddr_t table = root;

	for (int level = PT_LEVELS;; level--) {
		const pte_t *entries = phys_to_virt(table);
		pte_t entry = entries[level_index(va, level)];

		walk->entry[level] = entry;
		walk->level = level;
		walk->mapped = (entry & PTE_PRESENT) && pte_is_leaf(entry, level);
		if (!(entry & PTE_PRESENT) || walk->mapped)
			return;
		table = pte_address(entry);
	}
}

paddr_t walk_address(const struct walk *walk, uint64_t va)
{
	uint64_t in_page = level_size(walk->level) - 1;

	return PADDR((walk->entry[walk->level] & PTE_ADDRESS & ~in_page) | (va & in_page));
}

bool walk_writable(const struct walk *walk)
{
	pte_t all = PTE_WRITE;

	for (int level = PT_LEVELS; level >= walk->level; level--)
		all &= walk->entry[level];
	return walk->mapped && all;
}

void table_walk_begin(struct table_walk *walk, paddr_t root, unsigned first, unsigned end)
{
	*walk = (struct table_walk){.level = PT_LEVELS, .end = end};
	walk->table[PT_LEVELS] = phys_to_virt(root);
	walk->index[PT_LEVELS] = first - 1;
	walk->all[PT_LEVELS + 1] = ~0ULL;
}

/* The entry that the indices lead to becomes the current one. */
static void take_entry(struct table_walk *walk)
{
	int level = walk->level;

	walk->entry = walk->table[level][walk->index[level]];
	walk->all[level] = walk->all[level + 1] & walk->entry;
	walk->any[level] = walk->any[level + 1] | walk->entry;
	walk->descend = (walk->entry & PTE_PRESENT) && !pte_is_leaf(walk->entry, level);
	walk->va = walk->index[PT_LEVELS] < PT_ENTRIES / 2 ? 0 : ~0ULL << 48;
	for (int at = PT_LEVELS; at >= level; at--)
		walk->va |= walk->index[at] * level_size(at);
}

bool table_walk_next(struct table_walk *walk)
{
	if (walk->descend) {
		walk->level--;
		walk->table[walk->level] = phys_to_virt(pte_address(walk->entry));
		walk->index[walk->level] = 0;
	} else {
		walk->index[walk->level]++;
	}
	for (;;) {
		unsigned end = walk->level == PT_LEVELS ? walk->end : PT_ENTRIES;
		unsigned *index = &walk->index[walk->level];

		while (*index < end && !walk->table[walk->level][*index])
			++*index;
		if (*index < end)
			break;
		if (walk->level == PT_LEVELS)
			return false;
		walk->index[++walk->level]++;
	}
	take_entry(walk);
	return true;
}
