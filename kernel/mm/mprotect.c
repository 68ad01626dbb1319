/* Calls that change mappings that are there: mprotect, madvise. */
#include "abi/errno.h"
#include "abi/mman.h"
#include "mm/space.h"
#include "mm/umap.h"
#include "mm/vma_cache.h"

#define CHUNK_BUDGET 256 /* pages */
#define CHUNK_AREAS  64
#define CURSOR_HOLE  1UL /* in a cursor, beside the page-aligned address */
#define PROT_MASK    (PROT_READ | PROT_WRITE | PROT_EXEC)
#define PAGE_KEPT    (PTE_LARGE | PTE_ACCESSED | PTE_DIRTY)

/* The entry of a page that stays, under another protection. */
static pte_t protected_entry(pte_t old, uint32_t prot)
{
	pte_t entry = pte_frame(old).raw | (old & PAGE_KEPT) | PTE_USER | PTE_PRESENT;

	if (!(prot & PROT_MASK))
		return pte_hide(entry | PTE_NX);
	if (!(prot & PROT_EXEC))
		entry |= PTE_NX;
	/* A page that others share is copied by the first write. */
	if ((prot & PROT_WRITE) && umap_is_exclusive(entry))
		entry |= PTE_WRITE | PTE_DIRTY;
	return entry;
}

/* Give the pages of [*va, end) the protection, as far as the budget goes. [lock] */
static void protect_pages(struct space *space, uint64_t *va, uint64_t end, uint32_t prot)
{
	unsigned budget = CHUNK_BUDGET;
	struct tlb_batch batch;
	pte_t *entry;

	tlb_batch_init(&batch, space);
	while (*va < end && (entry = umap_next(space, *va, end, va, &budget)) != NULL) {
		*entry = protected_entry(*entry, prot);
		tlb_batch_page(&batch, *va);
		*va += umap_size(*entry);
	}
	tlb_batch_finish(&batch);
}

/*
 * Linux protects up to the first hole, or to where memory for splitting a vma runs out, and then
 * says -ENOMEM. Here each chunk changes some vmas and then their pages.
 */
sysret_t space_mprotect(struct space *space, uint64_t addr, uint64_t length, int prot,
			uint64_t *cursor)
{
	uint64_t size = ALIGN_UP(length, PAGE_SIZE), end = addr + size, cut;
	const struct vma_change change = {.prot_clear = PROT_MASK,
					  .prot_set = (uint32_t)prot & PROT_MASK};
	struct vma_range range;
	sysret_t result;

	if (!size)
		return 0;
	if (addr > USER_END || size > USER_END - addr)
		return -ENOMEM;
	if (!*cursor)
		*cursor = addr;
	lock_acquire(&space->lock);
	range = vma_range_find(&space->vmas, *cursor, end, CHUNK_AREAS);
	cut = range.end;
	vma_range_stop_at_hole(&range);
	result = umap_split_edges(space, *cursor, range.end);
	if (!result)
		result = vma_alter(&space->vmas, &range, &change);
	if (!result) {
		protect_pages(space, cursor, range.end, (uint32_t)prot);
		if (*cursor < range.end || (range.end == cut && cut < end))
			result = SYS_AGAIN;
		else
			result = range.end < end ? -ENOMEM : 0;
	}
	lock_release(&space->lock);
	return result;
}

/* Drop the pages of [*va, end), as far as the budget goes. 0 or -ENOMEM. [lock] */
static int discard_pages(struct space *space, uint64_t *va, uint64_t end)
{
	unsigned budget = CHUNK_BUDGET;
	struct tlb_batch batch;
	int error = umap_split_edges(space, *va, end);

	if (error)
		return error;
	tlb_batch_init(&batch, space);
	umap_clear(space, va, end, &budget, &batch);
	tlb_batch_finish(&batch);
	return 0;
}

/* Linux acts on what is mapped and tells of holes at the end: a bit of the cursor remembers one. */
sysret_t space_madvise(struct space *space, uint64_t addr, uint64_t length, int advice,
		       uint64_t *cursor)
{
	uint64_t all = addr + ALIGN_UP(length, PAGE_SIZE), end = MIN(all, USER_END);
	uint64_t at = *cursor ? *cursor & ~CURSOR_HOLE : addr;
	uint64_t hole = end < all ? CURSOR_HOLE : *cursor & CURSOR_HOLE, cut;
	struct vma_range range;
	int error = 0;

	if (at >= end)
		return -ENOMEM;
	lock_acquire(&space->lock);
	range = vma_range_find(&space->vmas, at, end, CHUNK_AREAS);
	cut = range.end;
	vma_range_stop_at_hole(&range);
	if (range.end < cut)
		hole = CURSOR_HOLE;
	if (advice == MADV_DONTNEED)
		error = discard_pages(space, &at, cut);
	else
		at = cut;
	lock_release(&space->lock);
	if (error)
		return error;
	*cursor = at | hole;
	if (at < end)
		return SYS_AGAIN;
	return hole ? -ENOMEM : 0;
}
