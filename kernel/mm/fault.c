/* Demand paging: what a page fault finds, and what it makes of it. */
#include "abi/mman.h"
#include "arch/x86_64/cr.h"
#include "arch/x86_64/page_copy.h"
#include "lib/string.h"
#include "lib/upcall.h"
#include "mm/census.h"
#include "mm/frames.h"
#include "mm/object.h"
#include "mm/phys.h"
#include "mm/space.h"
#include "mm/umap_walk.h"

#define TO_READ	 (PTE_PRESENT | PTE_USER | PTE_ACCESSED)
#define TO_WRITE (TO_READ | PTE_WRITE | PTE_DIRTY)

#define AROUND_SIZE (16 * PAGE_SIZE) /* of an object, mapped at once */

static struct page *zero_page; /* with a reference of its own, which stays */

static void visit_zero_page(void (*fn)(struct page *frame))
{
	fn(zero_page);
}

static struct census_owner zero_owner = {.name = "the page of zeros", .visit = visit_zero_page};

void fault_init(void)
{
	census_register(&zero_owner);
	zero_page = frame_alloc_zeroed(PAGE_OBJECT);
	if (!zero_page)
		panic("no memory for the page of zeros");
}

/* Entry bits for a page that is this space's alone, as the vma allows it to be used. */
static inline pte_t private_flags(const struct vma *vma)
{
	static const pte_t flags[] = {
		[PROT_NONE] = TO_READ | PTE_NX,
		[PROT_READ] = TO_READ | PTE_NX,
		[PROT_WRITE] = TO_WRITE | PTE_NX,
		[PROT_WRITE | PROT_READ] = TO_WRITE | PTE_NX,
		[PROT_EXEC] = TO_READ,
		[PROT_EXEC | PROT_READ] = TO_READ,
		[PROT_EXEC | PROT_WRITE] = TO_WRITE,
		[PROT_EXEC | PROT_WRITE | PROT_READ] = TO_WRITE,
	};

	return flags[vma->prot];
}

/* x86 cannot forbid reading what may be written or executed. */
static bool allowed(const struct vma *vma, unsigned access)
{
	if (access & ACCESS_WRITE)
		return vma->prot & PROT_WRITE;
	if (access & ACCESS_EXEC)
		return vma->prot & PROT_EXEC;
	return vma->prot & (PROT_READ | PROT_WRITE | PROT_EXEC);
}

/* The vma for an access to `va`: one that holds it, or a stack above that may grow down to it. */
static struct vma *vma_for(struct space *space, uint64_t va)
{
	struct vma *vma = vma_find_from(&space->vmas, va);

	if (!vma || vma->start <= va)
		return vma;
#ifdef MUTANT_page_without_vma
	if (vma->flags & VMA_GROWSDOWN)
		return vma;
#endif
	return space_grow_stack(space, vma, ALIGN_DOWN(va, PAGE_SIZE)) ? vma : NULL;
}

/* A page that others have too: only to be read, unless all may write it. */
static inline pte_t object_flags(const struct vma *vma)
{
	pte_t flags = private_flags(vma);

	return (vma->flags & VMA_SHARED) ? flags : flags & ~(PTE_WRITE | PTE_DIRTY);
}

/* A copy of the object's page, for a private mapping. */
static struct page *copy_of_object(struct vm_object *object, uint64_t index)
{
	struct page *copy = frame_alloc(PAGE_ANON);
	size_t got;
	char *bytes;

	if (!copy)
		return NULL;
	bytes = page_to_virt(copy);
	got = object->ops->read(object, index << PAGE_SHIFT, bytes, PAGE_SIZE);
	memset(bytes + got, 0, PAGE_SIZE - got);
	return copy;
}

bool space_map_large(struct space *space, uint64_t va, struct page *block)
{
	struct vma *vma;
	pte_t *entry = NULL;
	int level = 2;

	lock_acquire(&space->lock);
	vma = vma_find(&space->vmas, va);
	if (vma && large_is_wanted(vma, va) && umap_is_free(space, va))
		entry = umap_make(space, va, &level);
	if (entry) {
		umap_set(space, entry, page_to_paddr(block).raw | PTE_LARGE | private_flags(vma));
		vma->touched = true; /* it may be another than the one that the fault found */
	}
	lock_release(&space->lock);
	return entry;
}

static inline uint64_t object_index(const struct vma *vma, uint64_t va)
{
	return vma->pgoff + ((va - vma->start) >> PAGE_SHIFT);
}

static inline uint64_t object_pages(const struct vm_object *object)
{
	return ALIGN_UP(object->size, PAGE_SIZE) >> PAGE_SHIFT;
}

/* Is the page to be this space's alone? */
static inline bool writes(unsigned access)
{
	return access & (ACCESS_WRITE | ACCESS_OWN);
}

/*
 * The page at `va` was read, and `entry` maps it: those beside it that the object has already are
 * mapped too, as they will be wanted soon. All are in one table.
 */
static void map_around(struct space *space, const struct vma *vma, uint64_t va, pte_t *entry)
{
	uint64_t first = ALIGN_DOWN(va, AROUND_SIZE);
	uint64_t start = MAX(first, vma->start), end = MIN(first + AROUND_SIZE, vma->end);
	uint64_t pages = object_pages(vma->object);
	struct vm_object *object = vma->object;

	entry -= (va - start) >> PAGE_SHIFT;
	for (va = start; va < end; va += PAGE_SIZE, entry++) {
		uint64_t index = object_index(vma, va);
		struct page *page;

		if (*entry || index >= pages)
			continue;
		page = object->ops->page(object, index, false);
		if (page)
			umap_set(space, entry, page_to_paddr(page).raw | object_flags(vma));
	}
}

static __noinline enum fault_result map_object(struct space *space, const struct vma *vma,
					       uint64_t va, pte_t *entry, unsigned access)
{
	uint64_t index = object_index(vma, va);
	struct vm_object *object = vma->object;
	pte_t flags = object_flags(vma);
	struct page *page;

	if (index >= object_pages(object))
		return FAULT_BUS;
	if (writes(access) && !(vma->flags & VMA_SHARED)) {
		page = copy_of_object(object, index);
		flags = private_flags(vma);
	} else {
		page = object->ops->page(object, index, true);
	}
	if (!page)
		return FAULT_NO_MEMORY;
	umap_set(space, entry, page_to_paddr(page).raw | flags);
	if (!writes(access))
		map_around(space, vma, va, entry);
	return FAULT_OK;
}

/* What is read before it was written is zero: one page is enough for all. */
static enum fault_result map_zero_page(struct space *space, const struct vma *vma, pte_t *entry)
{
	page_get(zero_page);
	umap_set(space, entry, page_to_paddr(zero_page).raw | object_flags(vma));
	return FAULT_OK;
}

static inline enum fault_result map_zeroed(struct space *space, const struct vma *vma, pte_t *entry,
					   unsigned access)
{
	struct page *page;

	if (unlikely(!writes(access)))
		return map_zero_page(space, vma, entry);
	page = frame_alloc_zeroed(PAGE_ANON);
	if (unlikely(!page))
		return FAULT_NO_MEMORY;
	umap_set(space, entry, page_to_paddr(page).raw | private_flags(vma));
	return FAULT_OK;
}

/* A write to a page that is mapped read-only in a writable vma: it may be shared since a fork. */
static enum fault_result copy_on_write(struct space *space, const struct vma *vma, uint64_t va,
				       pte_t *entry)
{
	struct page *old = paddr_to_page(pte_address(*entry)), *copy;
	struct tlb_batch batch;

	if (unlikely(*entry & PTE_LARGE) && !large_is_exclusive(old)) {
		if (umap_split(space, va))
			return FAULT_NO_MEMORY;
		entry = umap_find(space, va);
		old = paddr_to_page(pte_address(*entry));
	}
	if (page_refs(old) == 1 || (vma->flags & VMA_SHARED)) {
		/* Only this space has it (sharing takes this lock), or all may write it. */
		*entry |= private_flags(vma) & (PTE_WRITE | PTE_DIRTY);
		invlpg(va);
		return FAULT_OK;
	}
	copy = old == zero_page ? frame_alloc_zeroed(PAGE_ANON) : frame_alloc(PAGE_ANON);
	if (!copy)
		return FAULT_NO_MEMORY;
	if (old != zero_page)
		copy_page(page_to_virt(copy), page_to_virt(old));
	tlb_batch_init(&batch, space);
	*entry = page_to_paddr(copy).raw | private_flags(vma);
	tlb_batch_free(&batch, old, va);
	tlb_batch_finish(&batch);
	return FAULT_OK;
}

static enum fault_result resolve(struct space *space, struct vma *vma, uint64_t va, unsigned access)
{
	int lowest, level = 1;
	pte_t *entry = umap_lowest(space, va, &lowest);

	vma->touched = true;
	if (unlikely(lowest > 1 && !*entry)) {
		if ((access & ACCESS_LARGE) && large_is_wanted(vma, va))
			return FAULT_LARGE;
		entry = umap_make_below(space, va, entry, lowest, &level);
		if (!entry)
			return FAULT_NO_MEMORY;
	}
	if (!*entry)
		return vma->object ? map_object(space, vma, va, entry, access)
				   : map_zeroed(space, vma, entry, access);
	if (writes(access) && (*entry & PTE_PRESENT) && !(*entry & PTE_WRITE))
		return copy_on_write(space, vma, va, entry);
	/* Resolved since, by another thread or before this CPU's TLB forgot the old entry. */
	invlpg(va);
	return FAULT_OK;
}

enum fault_result space_fault(struct space *space, uint64_t va, unsigned access)
{
	enum fault_result result = FAULT_NO_VMA;
	struct vma *vma;

	if (unlikely(va < USER_START || va >= USER_END))
		return FAULT_NO_VMA;
	lock_acquire(&space->lock);
	vma = vma_for(space, va);
	if (likely(vma))
		result = allowed(vma, access)
				 ? resolve(space, vma, ALIGN_DOWN(va, PAGE_SIZE), access)
				 : FAULT_ACCESS;
	lock_release(&space->lock);
	return result;
}
