/*
 * Pages move one after the other into a block whose frames count singly, each to the place that it
 * will have in the large page; threads go on meanwhile, and those that touch a page while it moves
 * wait for the lock. At the end there is nothing left to copy: the block is merged.
 */
#include "mm/collapse.h"

#include "abi/errno.h"
#include "arch/x86_64/page_copy.h"
#include "mm/frames.h"
#include "mm/phys.h"
#include "mm/tlb_flush.h"
#include "mm/umap_walk.h"

#define CHUNK	  32 /* pages that move, at about 700 instructions each */
#define PAGE_BITS (PTE_PRESENT | PTE_WRITE | PTE_USER | PTE_ACCESSED | PTE_DIRTY)

static bool can_be_written(const pte_t *entries)
{
	for (unsigned i = 0; i < PT_ENTRIES; i++) {
		if (entries[i] & PTE_WRITE)
			return true;
	}
	return false;
}

/* Take the pages of `n` entries from every CPU; what was in them goes to `old`. [lock] */
static void take_pages(struct space *space, uint64_t va, pte_t *entries, pte_t *old, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		old[i] = __atomic_exchange_n(&entries[i], 0, __ATOMIC_ACQ_REL);
	tlb_flush_range(space, va, va + n * PAGE_SIZE, false);
}

/* Put `frame` where `old` was, with the same contents; zeros if there was none. [lock] */
static void replace_page(struct space *space, pte_t *entry, pte_t old, struct page *frame,
			 pte_t flags)
{
	pte_t value = page_to_paddr(frame).raw | flags;

	if (!old) {
		clear_page(page_to_virt(frame));
		umap_set(space, entry, value);
		return;
	}
	copy_page(page_to_virt(frame), phys_to_virt(pte_frame(old)));
	*entry = value;
	frame_put(paddr_to_page(pte_frame(old)));
}

/* Move the next pages of the area into the block. [lock] */
static void move_pages(struct space *space, const struct vma *vma, uint64_t start, pte_t *entries,
		       struct large_block *block)
{
	pte_t flags = PAGE_BITS | (vma->prot & PROT_EXEC ? 0 : PTE_NX);
	unsigned first = block->done;
	pte_t old[CHUNK];

	take_pages(space, start + first * PAGE_SIZE, entries + first, old, CHUNK);
	for (unsigned i = 0; i < CHUNK; i++)
		replace_page(space, entries + first + i, old[i], block->head + first + i, flags);
	block->done += CHUNK;
}

/* As Linux 6.1, nothing is made of a block of which no page can be written. [lock] */
static sysret_t begin_block(const pte_t *entries, struct large_block *block)
{
	if (!can_be_written(entries))
		return -EINVAL;
	*block = (struct large_block){.head = frames_alloc(LARGE_ORDER, PAGE_ANON)};
	if (!block->head)
		return -ENOMEM;
	large_break(block->head);
	return SYS_AGAIN;
}

/* A chunk of work on the block at `va`, in `vma`: 0 when it is a large page. [lock] */
static sysret_t do_block(struct space *space, const struct vma *vma, uint64_t va,
			 struct large_block *block)
{
	pte_t *entries;

	if (!block->head && umap_merge(space, va))
		return 0;
	entries = umap_table(space, va);
	if (!entries)
		return -EINVAL;
	if (!block->head)
		return begin_block(entries, block);
	if (block->done < LARGE_PAGES) {
		move_pages(space, vma, va, entries, block);
		return SYS_AGAIN;
	}
	block->head = NULL;
	return umap_merge(space, va) ? 0 : -EAGAIN;
}

/* A chunk of work on the area, in which collapse->at lies: 0 at its end. [lock] */
static sysret_t do_area(struct space *space, const struct vma *vma, struct collapse *collapse,
			struct large_block *block)
{
	uint64_t end = MIN(vma->end, collapse->end), last = ALIGN_DOWN(end, LARGE_SIZE);

	collapse->at = ALIGN_UP(collapse->at, LARGE_SIZE);
	if (!large_fits(vma, ALIGN_UP(vma->start, LARGE_SIZE)) || collapse->at > last)
		return -EINVAL;
	if (collapse->at < last) {
		sysret_t result = do_block(space, vma, collapse->at, block);

		if (result == SYS_AGAIN || result == -ENOMEM)
			return result;
		large_block_drop(block);
		if (result)
			collapse->failure = (int)result;
		collapse->at += LARGE_SIZE;
	}
	if (collapse->at < last)
		return SYS_AGAIN;
	collapse->at = end;
	return collapse->failure;
}

sysret_t space_collapse(struct space *space, struct collapse *collapse, struct large_block *block)
{
	const struct vma *vma;
	sysret_t result = 0;

	lock_acquire(&space->lock);
	vma = vma_find_from(&space->vmas, collapse->at);
	if (!vma || vma->start >= collapse->end) {
		collapse->hole = true;
		collapse->at = collapse->end;
	} else {
		if (vma->start > collapse->at) {
			collapse->hole = true;
			collapse->at = vma->start;
		}
		result = do_area(space, vma, collapse, block);
	}
	lock_release(&space->lock);
	if (!result && collapse->at < collapse->end)
		return SYS_AGAIN;
	return !result && collapse->hole ? -ENOMEM : result;
}
