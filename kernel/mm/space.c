#include "mm/space.h"
#include "mm/large.h"

#include "lib/string.h"
#include "lib/upcall.h"
#include "mm/frames.h"
#include "mm/kmap.h"
#include "mm/phys.h"
#include "mm/slab.h"
#include "mm/umap.h"
#include "mm/vma_cache.h"

#define KERNEL_SLOTS 256 /* the upper half of a PML4 */
#define CLEAR_BUDGET 256 /* pages, at about 110 instructions each */
_Static_assert(CLEAR_BUDGET > LARGE_COST_MAX, "a large page fits in no chunk");

static struct slab_cache space_cache;
static uint64_t last_serial; /* atomic */
static struct lock spaces_lock = LOCK_INIT("spaces", RANK_OBJECT);
static struct list spaces = LIST_INIT(spaces); /* [spaces_lock] */

void space_init(void)
{
	slab_init(&space_cache, "space", sizeof(struct space), 8);
	vma_cache_init();
	limits_init();
	fault_init();
}

/* Link the master's lower-level tables: the kernel half is one object, never a copy of tables. */
static void link_kernel_half(paddr_t root)
{
	pte_t *slots = (pte_t *)phys_to_virt(root) + KERNEL_SLOTS;
	const pte_t *master = (const pte_t *)phys_to_virt(master_pml4) + KERNEL_SLOTS;

	memcpy(slots, master, KERNEL_SLOTS * sizeof(pte_t));
#ifdef MUTANT_change_slot
	slots[level_index(FRAME_TABLE_BASE, PT_LEVELS) - KERNEL_SLOTS] = 0;
#endif
	kmap_check_slots(root);
}

struct space *space_create(void)
{
	struct page *root = frame_alloc(PAGE_TABLE);
	struct space *space = root ? slab_alloc(&space_cache) : NULL;

	if (!space) {
		if (root)
			frame_free(root);
		return NULL;
	}
	memset(page_to_virt(root), 0, PAGE_SIZE / 2);
	space->lock = LOCK_INIT("space", RANK_SPACE);
	space->root = page_to_paddr(root);
	space->serial = __atomic_add_fetch(&last_serial, 1, __ATOMIC_RELAXED);
	space->generation = 1;
	space->users = 1;
	space->tables = 1;
	space->limits = default_limits;
	vma_tree_init(&space->vmas);
	claim_init(&space->claim);
	link_kernel_half(space->root);
	lock_acquire(&spaces_lock);
	list_add(&spaces, &space->link);
	lock_release(&spaces_lock);
	return space;
}

void space_get(struct space *space)
{
	__atomic_fetch_add(&space->users, 1, __ATOMIC_RELAXED);
}

bool space_put(struct space *space)
{
	return __atomic_fetch_sub(&space->users, 1, __ATOMIC_ACQ_REL) == 1;
}

bool space_is_live(const struct space *space)
{
	for (unsigned word = 0; word < CPU_WORDS; word++) {
		if (__atomic_load_n(&space->live[word], __ATOMIC_ACQUIRE))
			return true;
	}
	return false;
}

void space_destroy(struct space *space)
{
	struct page *root = paddr_to_page(space->root);

	if (root->word || space->resident || space->vmas.count)
		panic("space %p destroyed with %lu pages, %u vmas, %lu entries left", (void *)space,
		      space->resident, space->vmas.count, root->word);
	lock_acquire(&spaces_lock);
	list_del(&space->link);
	lock_release(&spaces_lock);
	frame_free(root);
	slab_free(&space_cache, space);
}

struct space *space_next(const struct space *space)
{
	struct list *next = space ? space->link.next : spaces.next;

	return next == &spaces ? NULL : container_of(next, struct space, link);
}

/*
 * Unmap what vmas cover from space->clear_cursor on; true when nothing is left, and then the tree,
 * whose vmas go one by one, is not looked into any more. [lock]
 */
static bool clear_pages(struct space *space, unsigned *budget)
{
	struct tlb_batch batch;

	tlb_batch_init_dead(&batch, space);
	while (*budget && space->clear_cursor < USER_END) {
		struct vma *vma = vma_find_from(&space->vmas, space->clear_cursor);
		uint64_t va = vma ? MAX(space->clear_cursor, vma->start) : USER_END;

		if (vma && vma->touched) {
			umap_clear(space, &va, vma->end, budget, &batch);
		} else {
			va = vma ? vma->end : USER_END;
		}
		space->clear_cursor = va;
		*budget -= MIN(*budget, 1U);
	}
#ifdef MUTANT_clear_kernel_half
	uint64_t rest = KERNEL_HIGHER_HALF_BASE;

	umap_clear(space, &rest, -PAGE_SIZE, budget, &batch);
#endif
	tlb_batch_finish(&batch);
	return *budget != 0;
}

sysret_t space_clear_chunk(struct space *space)
{
	unsigned budget = CLEAR_BUDGET;
	struct vma *vma = NULL;

	if (space_is_live(space))
		panic("space %p is cleared while a CPU may use it", (void *)space);
	lock_acquire(&space->lock);
	if (clear_pages(space, &budget)) {
		while (budget-- && (vma = vma_pop(&space->vmas)))
			vma_release(vma);
		if (!vma)
			vma_tree_init(&space->vmas);
	}
	lock_release(&space->lock);
	return vma || !budget ? SYS_AGAIN : 0;
}
