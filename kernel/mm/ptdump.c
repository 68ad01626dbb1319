#include "mm/ptdump.h"

#include "arch/x86_64/cr.h"
#include "core/log.h"
#include "core/trapinfo.h"
#include "mm/walk.h"

static const char *const level_names[PT_LEVELS + 1] = {NULL, "PT", "PD", "PDPT", "PML4"};

static void print_entry(int level, uint64_t va, pte_t e)
{
	const char *leaf = (e & PTE_PRESENT) && pte_is_leaf(e, level) ? " page" : "";

	log_line("  %-4s[%3u] %016lx %s%s%s%s%s%s%s%s", level_names[level], level_index(va, level),
		 e, e & PTE_PRESENT ? "present" : "NOT PRESENT", leaf, e & PTE_WRITE ? " W" : " R",
		 e & PTE_USER ? " user" : "", e & PTE_NX ? " NX" : "",
		 e & PTE_GLOBAL ? " global" : "", e & PTE_ACCESSED ? " accessed" : "",
		 e & PTE_DIRTY ? " dirty" : "");
}

void ptdump_address(paddr_t root, uint64_t va)
{
	struct walk walk;

	log_line("page walk of %016lx from PML4 %lx", va, root.raw);
	walk_tables(root, va, &walk);
	for (int level = PT_LEVELS; level >= walk.level; level--)
		print_entry(level, va, walk.entry[level]);
}

static void print_walk_now(uint64_t va)
{
	ptdump_address(PADDR(read_cr3() & PTE_ADDRESS), va);
}

void ptdump_register(void)
{
	trap_print_walk = print_walk_now;
}
