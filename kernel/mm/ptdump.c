#include "mm/ptdump.h"

#include "arch/x86_64/cr.h"
#include "core/log.h"
#include "core/trapinfo.h"
#include "mm/walk.h"

#define ENTRIES_A_CALL 256
#define ENTRIES_A_LINE 32 /* so many cost what a line costs */

/* What has to be the same in pages that are told in one line. */
#define FLAGS_TOLD (PTE_WRITE | PTE_USER | PTE_PWT | PTE_PCD | PTE_GLOBAL | PTE_NX)

static const char *const level_names[PT_LEVELS + 1] = {NULL, "PT", "PD", "PDPT", "PML4"};

static void print_entry(struct printer *out, int level, uint64_t va, pte_t e)
{
	const char *leaf = (e & PTE_PRESENT) && pte_is_leaf(e, level) ? " page" : "";

	print(out, "  %-4s[%3u] %016lx %s%s%s%s%s%s%s%s\n", level_names[level],
	      level_index(va, level), e, e & PTE_PRESENT ? "present" : "NOT PRESENT", leaf,
	      e & PTE_WRITE ? " W" : " R", e & PTE_USER ? " user" : "", e & PTE_NX ? " NX" : "",
	      e & PTE_GLOBAL ? " global" : "", e & PTE_ACCESSED ? " accessed" : "",
	      e & PTE_DIRTY ? " dirty" : "");
}

void ptdump_walk(struct printer *out, paddr_t root, uint64_t va)
{
	struct walk walk;

	print(out, "page walk of %016lx from PML4 %lx\n", va, root.raw);
	walk_tables(root, va, &walk);
	for (int level = PT_LEVELS; level >= walk.level; level--)
		print_entry(out, level, va, walk.entry[level]);
}

/* What is printed above is one line a call, with its end. */
static void write_to_log(struct printer *out, const char *text, size_t length)
{
	(void)out;
	log_line("%.*s", (int)length - 1, text);
}

void ptdump_address(paddr_t root, uint64_t va)
{
	struct printer out = {.write = write_to_log};

	ptdump_walk(&out, root, va);
}

static void print_walk_now(uint64_t va)
{
	ptdump_address(PADDR(read_cr3() & PTE_ADDRESS), va);
}

void ptdump_register(void)
{
	trap_print_walk = print_walk_now;
}

/* --- a range --- */

void ptdump_begin(struct ptdump *dump, paddr_t root, uint64_t start, uint64_t last)
{
	*dump = (struct ptdump){.root = root, .at = start, .last = last};
}

static void print_line(struct ptdump *dump, struct printer *out)
{
	pte_t flags = dump->flags;

	if (!dump->size)
		return;
	print(out, "%016lx-%016lx %10lu KiB %s %s %s%s%s%s%s%s\n", dump->start,
	      dump->start + dump->size - 1, dump->size >> 10,
	      dump->page_size == level_size(1)	 ? "4K"
	      : dump->page_size == level_size(2) ? "2M"
						 : "1G",
	      flags & PTE_WRITE ? "RW" : "R-", flags & PTE_NX ? "NX" : "X",
	      flags & PTE_USER ? " user" : "", flags & PTE_GLOBAL ? " global" : "",
	      flags & PTE_PCD ? " PCD" : "", flags & PTE_PWT ? " PWT" : "",
	      flags & PTE_PAT_4K ? " PAT" : "");
	dump->size = 0;
}

/* The rights that all levels together give (SDM 3A 4.6), and the rest of the page's own flags; PAT
 * as in a PT. */
static pte_t flags_of(const struct walk *walk)
{
	pte_t leaf = walk->entry[walk->level];
	pte_t own = leaf & FLAGS_TOLD;

	if (leaf & (walk->level == 1 ? PTE_PAT_4K : PTE_PAT_LARGE))
		own |= PTE_PAT_4K;
	for (int level = walk->level + 1; level <= PT_LEVELS; level++) {
		own &= walk->entry[level] | ~(PTE_WRITE | PTE_USER);
		own |= walk->entry[level] & PTE_NX;
	}
	return own;
}

/* True: it does not continue the line, which was printed. */
static bool add_page(struct ptdump *dump, struct printer *out, const struct walk *walk)
{
	uint64_t size = level_size(walk->level);
	pte_t flags = flags_of(walk);
	bool other = dump->size && (dump->start + dump->size != dump->at ||
				    dump->page_size != size || dump->flags != flags);

	if (other)
		print_line(dump, out);
	if (!dump->size) {
		dump->start = dump->at;
		dump->page_size = size;
		dump->flags = flags;
	}
	dump->size += size;
	return other;
}

/* Behind what the entry that ended the walk covers. */
static void go_on_behind(struct ptdump *dump, int level)
{
	uint64_t next = ALIGN_DOWN(dump->at, level_size(level)) + level_size(level);

	dump->ended = next == 0 || next > dump->last;
	dump->at = next;
}

bool ptdump_some(struct ptdump *dump, struct printer *out)
{
	for (int entries = 0; entries < ENTRIES_A_CALL && !dump->ended; entries++) {
		struct walk walk;

		walk_tables(dump->root, dump->at, &walk);
		if (walk.mapped && add_page(dump, out, &walk))
			entries += ENTRIES_A_LINE;
		go_on_behind(dump, walk.level);
	}
	if (dump->ended)
		print_line(dump, out);
	return !dump->ended;
}
