/*
 * The census's visit to page tables, and what must hold for each mapping:
 *
 * - a page of a process lies in a vma, which allows what the entry allows; private memory that may
 *   be written is mapped once;
 * - kernel pages are global and not the user's; none can be written and executed, and kernel text
 *   cannot be written by any address;
 * - the direct map is one, the image lies where it was loaded, MMIO is no memory that is given out;
 * - a table has one parent; the slots of the kernel half are those that were sealed, everywhere.
 */
#include "mm/census_count.h"

#include "abi/mman.h"
#include "arch/x86_64/image.h"
#include "mm/frames.h"
#include "mm/kmap.h"
#include "mm/large.h"
#include "mm/phys.h"
#include "mm/walk.h"

#define FIRST_SLOT (PT_ENTRIES / 2)

/* --- the user half --- */

struct user_walk {
	struct space *space;
	struct table_walk walk;
	const struct vma *vma; /* the lowest that ends above the address */
	uint64_t resident, tables;
};

static bool only_check(void)
{
	return census_pass == CENSUS_CHECK;
}

/* Private memory that several refer to may not be written: a write would reach all of them. */
static void check_alias(const struct user_walk *w, const struct page *page)
{
	if (!(w->vma->flags & VMA_SHARED) && table_walk_writable(&w->walk) && page_refs(page) > 1)
		census_find("alias: frame 0x%lx, to which there are %u references, can be written "
			    "at %lx of space %lx",
			    page_to_pfn(page), page_refs(page), w->walk.va, w->space->root.raw);
}

static void check_user_page(struct user_walk *w, const struct page *page)
{
	uint64_t va = w->walk.va, root = w->space->root.raw;

	while (w->vma && w->vma->end <= va)
		w->vma = w->vma->next;
	if (!w->vma || w->vma->start > va) {
		census_find("user page without vma: %lx of space %lx, frame 0x%lx", va, root,
			    page_to_pfn(page));
		return;
	}
	if (!table_walk_is_page(&w->walk))
		return;
	if (table_walk_writable(&w->walk) && !(w->vma->prot & PROT_WRITE))
		census_find("%lx of space %lx can be written, its vma forbids it", va, root);
	if (table_walk_executable(&w->walk) && !(w->vma->prot & PROT_EXEC))
		census_find("%lx of space %lx can be executed, its vma forbids it", va, root);
	check_alias(w, page);
}

static void visit_user_page(struct user_walk *w)
{
	struct census_place place = {"a page", w->space->root.raw, w->walk.va};
	struct page *page = paddr_to_page(pte_frame(w->walk.entry));
	bool large = w->walk.entry & PTE_LARGE && w->walk.level > 1;
	/* A block that has been broken is referred to page by page (mm/large.h). */
	uint64_t frames = large && page->order != LARGE_ORDER ? LARGE_PAGES : 1;

	w->resident += large ? LARGE_PAGES : 1;
	if (only_check())
		check_user_page(w, page);
	for (uint64_t i = 0; i < frames; i++)
		census_count(page + i, PAGE_ANON, &place);
}

static void check_totals(const struct user_walk *w)
{
	const struct space *space = w->space;

	if (w->resident != space->resident || w->tables != space->tables)
		census_find("space %lx has %lu pages and %lu tables, and counts %lu and %lu",
			    space->root.raw, w->resident, w->tables, space->resident,
			    space->tables);
}

static void visit_user_half(struct space *space)
{
	struct user_walk w = {.space = space, .vma = space->vmas.first, .tables = 1};

	table_walk_begin(&w.walk, space->root, 0, FIRST_SLOT);
	while (table_walk_next(&w.walk)) {
		struct census_place place = {"a table", space->root.raw, w.walk.va};

		if (!w.walk.descend) {
			visit_user_page(&w);
			continue;
		}
		w.tables++;
		census_count(paddr_to_page(pte_address(w.walk.entry)), PAGE_TABLE, &place);
	}
	if (only_check())
		check_totals(&w);
}

/* --- the kernel half --- */

static bool is_in(uint64_t va, uint64_t base, uint64_t size)
{
	return va - base < size;
}

/* What the entry maps, and what it must not be. */
static void check_kernel_place(const struct table_walk *walk, uint64_t pa)
{
	uint64_t va = walk->va;

	if (is_in(va, PHYS_OFFSET, DIRECT_MAP_SIZE) && pa != va - PHYS_OFFSET)
		census_find("the direct map has %lx at %lx", pa, va);
	else if (va >= KERNEL_VIRT_BASE && pa != va - KERNEL_VIRT_BASE)
		census_find("the image's page %lx is mapped to %lx", va, pa);
	else if (is_in(va, MMIO_BASE, MMIO_SIZE) && frames_contain(pa >> PAGE_SHIFT))
		census_find("alias: %lx is mapped as a device at %lx, and is memory that is given "
			    "out",
			    pa, va);
}

static bool has_kernel_text(uint64_t pa, uint64_t size)
{
	return pa < image_to_phys(text_end).raw && pa + size > image_to_phys(text_start).raw;
}

static void check_kernel_page(const struct table_walk *walk)
{
	uint64_t size = level_size(walk->level);
	uint64_t pa = walk->entry & PTE_ADDRESS & ~(size - 1), va = walk->va;

	if (!(walk->entry & PTE_GLOBAL))
		census_find("kernel page %lx is not global", va);
	if (walk->all[walk->level] & PTE_USER)
		census_find("kernel page %lx is open to the user", va);
	if (table_walk_writable(walk) && table_walk_executable(walk))
		census_find("kernel W+X: %lx can be written and executed", va);
	if (table_walk_writable(walk) && has_kernel_text(pa, size))
		census_find("kernel W+X: kernel text at %lx can be written at %lx", pa, va);
	check_kernel_place(walk, pa);
}

/*
 * Frames that belong to what they are mapped for: the frame table and CPUs' windows. (CPU 0's
 * window lies in the image, the first piece of the frame table in a reservation.)
 */
static void visit_kernel_page(const struct table_walk *walk)
{
	struct census_place place = {"a kernel page", 0, walk->va};
	struct page *page = paddr_to_page(pte_address(walk->entry));

	if (!is_in(walk->va, PERCPU_STACK_REGION_BASE, CPU_MAX * PERCPU_STACK_STRIDE) &&
	    !is_in(walk->va, FRAME_TABLE_BASE, DIRECT_MAP_SIZE / PAGE_SIZE * sizeof(*page)))
		return;
	if (walk->level == 1 && frames_contain(page_to_pfn(page)))
		census_count(page, PAGE_KERNEL, &place);
}

/*
 * Tables that the kernel made before there was an allocator have an entry in the frame table that
 * nobody uses: their parents are counted there.
 */
static void count_boot_parent(const struct table_walk *walk, struct page *page)
{
	if (census_pass == CENSUS_RESTORE)
		page->word--;
	else if (census_pass == CENSUS_COUNT && ++page->word > 1)
		census_find("table with two parents: frame 0x%lx, also under %lx",
			    page_to_pfn(page), walk->va);
}

static bool has_frame_entry(const struct page *page)
{
	struct walk walk;

	walk_tables(master_pml4, (uint64_t)page, &walk);
	return walk.mapped;
}

static void visit_kernel_half(void)
{
	struct table_walk walk;

	table_walk_begin(&walk, master_pml4, FIRST_SLOT, PT_ENTRIES);
	while (table_walk_next(&walk)) {
		struct census_place place = {"a kernel table", master_pml4.raw, walk.va};
		struct page *page = paddr_to_page(pte_address(walk.entry));

		if (!walk.descend) {
			if (only_check())
				check_kernel_page(&walk);
			visit_kernel_page(&walk);
		} else if (frames_contain(page_to_pfn(page))) {
			census_count(page, PAGE_TABLE, &place);
		} else if (has_frame_entry(page)) {
			count_boot_parent(&walk, page);
		}
	}
}

/* --- PML4s --- */

static void check_slots(paddr_t root)
{
	const pte_t *slots = phys_to_virt(root);

	for (unsigned slot = FIRST_SLOT; slot < PT_ENTRIES; slot++) {
		if (slots[slot] != kmap_sealed_slot(slot))
			census_find("slot %u of PML4 %lx has changed: it is %lx, sealed was %lx",
				    slot, root.raw, slots[slot], kmap_sealed_slot(slot));
	}
}

static void visit_root(paddr_t root)
{
	struct census_place place = {"a PML4", root.raw, 0};

	if (only_check())
		check_slots(root);
	census_count(paddr_to_page(root), PAGE_TABLE, &place);
}

/* The lower half by which late CPUs start maps a page that is reserved. */
static void visit_extra_root(void)
{
	struct table_walk walk;

	visit_root(census_extra_root);
	table_walk_begin(&walk, census_extra_root, 0, FIRST_SLOT);
	while (table_walk_next(&walk)) {
		struct census_place place = {"a starting table", census_extra_root.raw, walk.va};

		if (walk.descend)
			census_count(paddr_to_page(pte_address(walk.entry)), PAGE_TABLE, &place);
	}
}

void census_tables(void)
{
	if (only_check())
		check_slots(master_pml4);
	visit_kernel_half();
	if (census_extra_root.raw)
		visit_extra_root();
	for (struct space *space = NULL; (space = space_next(space));) {
		visit_root(space->root);
		visit_user_half(space);
	}
}
