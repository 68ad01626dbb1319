/* Calls that change mappings that are there: mprotect, madvise, brk. */
#include "abi/errno.h"
#include "abi/mman.h"
#include "mm/space.h"
#include "mm/umap.h"
#include "mm/vma_cache.h"

#define CHUNK_BUDGET 256
#define PROT_MASK    (PROT_READ | PROT_WRITE | PROT_EXEC)
#define PAGE_KEPT    (PTE_ADDRESS | PTE_ACCESSED | PTE_DIRTY)

/* The entry of a page that stays, under another protection. */
static pte_t protected_entry(pte_t old, uint32_t prot)
{
	paddr_t frame = pte_frame(old);
	pte_t entry = frame.raw | (old & PAGE_KEPT & ~PTE_ADDRESS) | PTE_USER | PTE_PRESENT;

	if (!(prot & PROT_MASK))
		return pte_hide(entry | PTE_NX);
	if (!(prot & PROT_EXEC))
		entry |= PTE_NX;
	/* A page that others share is copied by the first write. */
	if ((prot & PROT_WRITE) && page_refs(paddr_to_page(frame)) == 1)
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
	while ((entry = umap_next(space, *va, end, va, &budget)) != NULL) {
		*entry = protected_entry(*entry, prot);
		tlb_batch_page(&batch, *va);
		*va += PAGE_SIZE;
		budget--;
	}
	tlb_batch_finish(&batch);
}

/*
 * Linux protects up to the first hole and then says -ENOMEM. The areas change first and all at
 * once, then the pages chunk by chunk.
 */
sysret_t space_mprotect(struct space *space, uint64_t addr, uint64_t length, int prot,
			uint64_t *cursor)
{
	uint64_t size = ALIGN_UP(length, PAGE_SIZE), mapped_end;
	sysret_t result = 0;

	if (!size)
		return 0;
	if (addr > USER_END || size > USER_END - addr)
		return -ENOMEM;
	lock_acquire(&space->lock);
	mapped_end = vma_mapped_until(&space->vmas, addr, addr + size);
	if (mapped_end == addr) {
		result = -ENOMEM;
	} else if (!*cursor) {
		unsigned spares = vma_splits(&space->vmas, addr, mapped_end);
		struct vma_edit edit;

		if (vma_edit_begin(&edit, spares)) {
			vma_protect(&space->vmas, addr, mapped_end, (uint32_t)prot & PROT_MASK,
				    &edit);
			vma_edit_end(&edit);
			*cursor = addr;
		} else {
			result = -ENOMEM;
		}
	}
	if (!result) {
		protect_pages(space, cursor, mapped_end, (uint32_t)prot);
		if (*cursor < mapped_end)
			result = SYS_AGAIN;
		else
			result = mapped_end < addr + size ? -ENOMEM : 0;
	}
	lock_release(&space->lock);
	return result;
}

/* Drop the pages of the mapped parts of [*cursor, end), as far as the budget goes. [lock] */
static sysret_t discard_pages(struct space *space, uint64_t *cursor, uint64_t end)
{
	unsigned budget = CHUNK_BUDGET;
	struct tlb_batch batch;

	tlb_batch_init(&batch, space);
	umap_clear(space, cursor, end, &budget, &batch);
	tlb_batch_finish(&batch);
	return *cursor < end ? SYS_AGAIN : 0;
}

sysret_t space_madvise(struct space *space, uint64_t addr, uint64_t length, int advice,
		       uint64_t *cursor)
{
	uint64_t end = addr + ALIGN_UP(length, PAGE_SIZE);
	sysret_t result = 0;
	bool whole;

	lock_acquire(&space->lock);
	/* Linux acts on what is mapped and tells of the holes afterwards. */
	whole = vma_mapped_until(&space->vmas, addr, end) == end;
	if (!*cursor)
		*cursor = addr;
	if (advice == MADV_DONTNEED)
		result = discard_pages(space, cursor, end);
	lock_release(&space->lock);
	if (result)
		return result;
	return whole ? 0 : -ENOMEM;
}

/* Linux's brk: the new break, or the old one when it cannot be moved there. */
sysret_t space_brk(struct space *space, uint64_t brk, uint64_t *cursor)
{
	uint64_t old_end = ALIGN_UP(space->brk, PAGE_SIZE), new_end = ALIGN_UP(brk, PAGE_SIZE);
	sysret_t error = 0;

	if (brk < space->brk_start || brk > USER_END)
		return (sysret_t)space->brk;
	if (new_end > old_end)
		error = space_mmap(space, old_end, new_end - old_end, PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, NULL, 0);
	else if (new_end < old_end)
		error = space_munmap(space, new_end, old_end - new_end, cursor);
	if (error == SYS_AGAIN)
		return error;
	if (error >= 0)
		space->brk = brk;
	return (sysret_t)space->brk;
}
