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
