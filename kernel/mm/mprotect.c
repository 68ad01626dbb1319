/* mprotect. */
#include "abi/errno.h"
#include "abi/mman.h"
#include "abi/resource.h"
#include "mm/limits.h"
#include "mm/space.h"
#include "mm/tlb_flush.h"
#include "mm/umap_walk.h"
#include "mm/vma_cache.h"

#define CHUNK_BUDGET 256 /* pages */
#define CHUNK_AREAS  32	 /* with their pages, and a block that merges behind them */
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

/*
 * May a TLB have rights that are gone? One that lacks a right which the page has now leads to a
 * fault that finds everything done.
 */
static bool needs_flush(pte_t old, pte_t new)
{
	return (old & PTE_PRESENT) &&
	       ((old & ~new &(PTE_PRESENT | PTE_WRITE)) || (new & ~old &PTE_NX));
}

/* What is to be flushed, in ascending order; no batch, as nothing is freed. */
struct flush {
	uint64_t start, end;
};

/* The used entry that maps `va`, and those that follow it in its table. Where they end. */
static uint64_t protect_run(pte_t *entry, uint64_t va, uint64_t end, uint32_t prot,
			    unsigned *budget, struct flush *flush)
{
	do {
		pte_t old = *entry;

		*entry = protected_entry(old, prot);
		if (needs_flush(old, *entry)) {
			flush->start = MIN(flush->start, va);
			flush->end = va + PAGE_SIZE;
		}
		va += umap_size(old);
		entry++;
	} while (va < end && va % LARGE_SIZE && *entry && *budget && (*budget)--);
	return va;
}

/*
 * Give the pages of [*va, end) the protection, as far as the budget goes. Returns the end of a
 * block that has all of its pages, of which the last was changed; 0: of none. The budget does not
 * go so far that there were two. [lock]
 */
static uint64_t protect_pages(struct space *space, uint64_t *va, uint64_t end, uint32_t prot)
{
	struct flush flush = {UINT64_MAX, 0};
	unsigned budget = CHUNK_BUDGET;
	uint64_t full = 0;
	pte_t *entry;

	while (*va < end && (entry = umap_next(space, *va, end, va, &budget)) != NULL) {
		*va = protect_run(entry, *va, end, prot, &budget, &flush);
		if (*va % LARGE_SIZE == 0 && table_page(entry)->word == PT_ENTRIES)
			full = *va;
	}
	if (flush.start < flush.end)
		tlb_flush_range(space, flush.start, flush.end, false);
	return full;
}

/*
 * All of the block that ends at `end` has the same protection now, if it lies above `from`: when
 * that makes its parts equal again, which had been split, they become one large page. [lock]
 */
static void merge_block(struct space *space, uint64_t from, uint64_t end)
{
	const struct vma *vma;

	if (end < from + LARGE_SIZE)
		return;
	vma = vma_find(&space->vmas, end - LARGE_SIZE);
	if (vma && large_is_wanted(vma, end - LARGE_SIZE))
		(void)umap_merge(space, end - LARGE_SIZE);
}

/* Bytes of the range that become data by the change; *promise: the most in one area. [lock] */
static uint64_t new_data(const struct vma_range *range, uint32_t prot, uint64_t *promise)
{
	uint64_t bytes = 0;

	*promise = 0;
	for (const struct vma *vma = range->first; vma; vma = vma->next) {
		if (vma_is_data(prot, vma->flags) && !vma_is_data(vma->prot, vma->flags)) {
			uint64_t more = MIN(vma->end, range->end) - MAX(vma->start, range->start);

			bytes += more;
			if (!(vma->flags & VMA_NO_RESERVE))
				*promise = MAX(*promise, more);
		}
		if (vma == range->last)
			break;
	}
	return bytes;
}

/* 0, or -ENOMEM: the limit of data does not allow the change, or it promises too much. [lock] */
static __noinline int check_data(const struct space *space, const struct vma_range *range,
				 uint32_t prot)
{
	uint64_t promise, bytes = new_data(range, prot, &promise);

	return promise <= memory_promise_max && space_may_have_data(space, bytes) ? 0 : -ENOMEM;
}

/* Can check_data() refuse to give `size` bytes the protection? */
static inline bool may_be_too_much(const struct space *space, uint64_t size, int prot)
{
	return unlikely((prot & PROT_WRITE) &&
			(space->limits.data != RLIM_INFINITY || size > memory_promise_max));
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
	if (!result && may_be_too_much(space, size, prot))
		result = check_data(space, &range, (uint32_t)prot);
	if (!result)
		result = vma_alter(&space->vmas, &range, &change);
	if (!result) {
		uint64_t full = protect_pages(space, cursor, range.end, (uint32_t)prot);

		if (unlikely(full))
			merge_block(space, addr, full);
		if (*cursor < range.end || (range.end == cut && cut < end))
			result = SYS_AGAIN;
		else
			result = range.end < end ? -ENOMEM : 0;
	}
	lock_release(&space->lock);
	return result;
}
