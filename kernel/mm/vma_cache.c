#include "mm/vma_cache.h"

#include "mm/object.h"
#include "mm/slab.h"

static struct slab_cache vma_slab;

void vma_cache_init(void)
{
	slab_init(&vma_slab, "vma", sizeof(struct vma), 8);
}

struct vma *vma_alloc(void)
{
	return slab_alloc(&vma_slab);
}

void vma_free(struct vma *vma)
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

bool vma_spares_alloc(const struct vma_tree *tree, unsigned n, struct vma *spares[2])
{
	spares[0] = NULL;
	spares[1] = NULL;
	if (n && tree->count >= VMA_COUNT_MAX)
		return false;
	for (unsigned i = 0; i < n; i++) {
		spares[i] = vma_alloc();
		if (!spares[i]) {
			vma_free(spares[0]);
			return false;
		}
	}
	return true;
}

void vma_change_end(struct vma *const spares[2], struct vma *removed)
{
	struct vma *next;

	for (unsigned i = 0; i < 2 && spares[i]; i++) {
		if (spares[i]->object)
			object_get(spares[i]->object);
	}
	for (struct vma *vma = removed; vma; vma = next) {
		next = vma->next;
		vma_release(vma);
	}
}
