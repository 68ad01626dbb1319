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

bool vma_edit_begin(struct vma_edit *edit, unsigned spares)
{
	*edit = (struct vma_edit){0};
	for (unsigned i = 0; i < spares; i++) {
		edit->spare[i] = vma_alloc();
		if (!edit->spare[i]) {
			vma_free(edit->spare[0]);
			return false;
		}
	}
	return true;
}

void vma_edit_end(struct vma_edit *edit)
{
	struct vma *next;

	for (unsigned i = 0; i < ARRAY_SIZE(edit->spare); i++) {
		if (i >= edit->used)
			vma_free(edit->spare[i]);
		else if (edit->spare[i]->object)
			object_get(edit->spare[i]->object);
	}
	for (struct vma *vma = edit->removed; vma; vma = next) {
		next = vma->next;
		vma_release(vma);
	}
}
