#include "mm/maps.h"

#include "lib/fmt.h"
#include "mm/object.h"

#define NAME_COLUMN 72

/* What Linux writes behind the inode: what the memory is for, or the object's path. */
static const char *name_of(const struct space *space, const struct vma *vma)
{
	const struct vm_object *object = vma->object;

	if (object)
		return object->ops->path(object);
	if (vma->end > space->brk_start && vma->start < space->brk)
		return "[heap]";
	if ((vma->flags & VMA_GROWSDOWN) && !vma->next)
		return "[stack]";
	return "";
}

/* There are no devices and inodes yet: both are 0. */
static void print_vma(struct printer *out, const struct space *space, const struct vma *vma)
{
	const char *name = name_of(space, vma);
	char text[NAME_COLUMN + 1];

	fmt_snprintf(text, sizeof(text), "%08lx-%08lx %c%c%c%c %08lx 00:00 0 ", vma->start,
		     vma->end, vma->prot & PROT_READ ? 'r' : '-',
		     vma->prot & PROT_WRITE ? 'w' : '-', vma->prot & PROT_EXEC ? 'x' : '-',
		     vma->flags & VMA_SHARED ? 's' : 'p',
		     vma->object ? vma->pgoff << PAGE_SHIFT : 0);
	if (*name)
		print(out, "%-*s %s%s\n", NAME_COLUMN, text, vma->object ? "/" : "", name);
	else
		print(out, "%s\n", text);
}

bool maps_print_some(struct printer *out, struct space *space, uint64_t *at)
{
	const struct vma *vma = vma_find_from(&space->vmas, *at);

	if (!vma)
		return false;
	print_vma(out, space, vma);
	*at = vma->end;
	return true;
}
