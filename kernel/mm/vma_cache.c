#include "mm/vma_cache.h"

#include "abi/errno.h"
#include "mm/object.h"
#include "mm/slab.h"

static struct slab_cache vma_slab;

/* Who takes a vma writes all of it: it need not be cleared each time. */
static void construct_vma(void *object)
{
	*(struct vma *)object = (struct vma){0};
}

void vma_cache_init(void)
{
	slab_init_constructed(&vma_slab, "vma", sizeof(struct vma), 8, construct_vma);
}

uint64_t vma_cache_in_use(void)
{
	return vma_slab.in_use - slab_kept(&vma_slab);
}

struct vma *vma_alloc(void)
{
	return slab_alloc(&vma_slab);
}

/* Without its object's reference. NULL is allowed. */
static void vma_free(struct vma *vma)
{
	if (vma)
		slab_free(&vma_slab, vma);
}

void vma_release(struct vma *vma)
{
	if (vma->object)
		object_put(vma->object);
	vma_free(vma);
}

static void copy_description(struct vma *vma, const struct vma *area)
{
	vma->start = area->start;
	vma->end = area->end;
	vma->touched = area->touched;
	vma->prot = area->prot;
	vma->flags = area->flags;
	vma->object = area->object;
	vma->pgoff = area->pgoff;
}

static inline int enter(struct vma_tree *tree, const struct vma_place *place,
			const struct vma *area)
{
	struct vma *vma = NULL;

	if (tree->count < VMA_COUNT_MAX)
		vma = vma_alloc();
	if (!vma)
		return -ENOMEM;
	copy_description(vma, area);
	if (vma->object)
		object_get(vma->object);
	vma_insert(tree, place, vma);
	return 0;
}

int vma_map_apart(struct vma_tree *tree, const struct vma_place *place, const struct vma *area)
{
	return enter(tree, place, area);
}

int vma_map(struct vma_tree *tree, const struct vma_place *place, const struct vma *area)
{
	struct vma *gone;

	/* Each stack stays an area of its own, so that its guard is where it was. */
	if (!(area->flags & VMA_GROWSDOWN) && vma_absorb(tree, place, area, &gone)) {
		if (gone)
			vma_release(gone);
		return 0;
	}
	return enter(tree, place, area);
}

/* A vma for a part of an area that is split; NULL without memory, or when there are too many. */
static struct vma *alloc_part(const struct vma_tree *tree)
{
	return tree->count < VMA_COUNT_MAX ? vma_alloc() : NULL;
}

/* A spare has become an area: it takes its reference. */
static void note_used(const struct vma *spare)
{
	if (spare && spare->object)
		object_get(spare->object);
}

static void release_list(struct vma *removed)
{
	struct vma *next;

	for (struct vma *vma = removed; vma; vma = next) {
		next = vma->next;
		vma_release(vma);
	}
}

int vma_unmap(struct vma_tree *tree, const struct vma_range *range)
{
	struct vma *spare = NULL, *removed;

	if (vma_remove_splits(range)) {
		spare = alloc_part(tree);
		if (!spare)
			return -ENOMEM;
	}
	removed = vma_remove(tree, range, spare);
	note_used(spare);
	release_list(removed);
	return 0;
}

/* spares[] for the places where areas are split. */
static int alloc_parts(const struct vma_tree *tree, unsigned splits, struct vma *spares[2])
{
	if (splits & VMA_SPLIT_START) {
		spares[0] = alloc_part(tree);
		if (!spares[0])
			return -ENOMEM;
	}
	if (splits & VMA_SPLIT_END) {
		spares[1] = alloc_part(tree);
		if (!spares[1]) {
			vma_free(spares[0]);
			return -ENOMEM;
		}
	}
	return 0;
}

int vma_alter(struct vma_tree *tree, const struct vma_range *range, const struct vma_change *change)
{
	struct vma *spares[2] = {NULL, NULL}, *removed;
	unsigned splits = vma_change_splits(range, change);

	if (splits && alloc_parts(tree, splits, spares))
		return -ENOMEM;
	removed = vma_change(tree, range, change, spares);
	note_used(spares[0]);
	note_used(spares[1]);
	release_list(removed);
	return 0;
}
