#include "mm/segment.h"

#include "abi/errno.h"
#include "abi/mman.h"
#include "lib/string.h"
#include "mm/phys.h"
#include "mm/umap.h"

static int map_part(struct space *space, uint64_t start, uint64_t end, int prot,
		    struct vm_object *object, uint64_t offset)
{
	int flags = MAP_PRIVATE | MAP_FIXED_NOREPLACE;
	sysret_t where;

	if (start == end)
		return 0;
	if (!object)
		flags |= MAP_ANONYMOUS;
	where = space_mmap(space, start, end - start, prot, flags, object, offset);
	return where < 0 ? (int)where : 0;
}

int space_map_segment(struct space *space, uint64_t va, uint64_t memsz, int prot,
		      struct vm_object *object, uint64_t offset, uint64_t filesz)
{
	uint64_t start = ALIGN_DOWN(va, PAGE_SIZE);
	uint64_t file_end = filesz ? ALIGN_UP(va + filesz, PAGE_SIZE) : start;
	uint64_t end = ALIGN_UP(va + memsz, PAGE_SIZE);
	struct last_page last = {0};
	int error = map_part(space, start, file_end, prot, object, offset - (va - start));

	if (!error)
		error = map_part(space, file_end, end, prot, NULL, 0);
	/* The file's last page holds other bytes behind the segment: they are zero in memory. */
	if (!error && filesz && memsz > filesz && va + filesz < file_end)
		error = space_write_new(space, &last, va + filesz, NULL, file_end - (va + filesz));
	return error;
}

/* Make the page at `va` present, and *last the kernel's view of it. */
static int find_page(struct space *space, struct last_page *last, uint64_t va)
{
	enum fault_result result = space_fault(space, va, ACCESS_OWN);
	pte_t *entry;

	if (result != FAULT_OK)
		return result == FAULT_NO_MEMORY ? -ENOMEM : -EFAULT;
	lock_acquire(&space->lock);
	entry = umap_find(space, va);
	lock_release(&space->lock);
	/* Nobody else knows the space, so the entry stays as it is. */
	*last = (struct last_page){.va = va, .bytes = phys_to_virt(pte_address(*entry))};
	return 0;
}

int space_write_new(struct space *space, struct last_page *last, uint64_t va, const void *src,
		    size_t n)
{
	const char *from = src;

	while (n) {
		size_t in_page = va % PAGE_SIZE, piece = MIN(n, PAGE_SIZE - in_page);
		int error = 0;

		if (!last->bytes || last->va != va - in_page)
			error = find_page(space, last, va - in_page);
		if (error)
			return error;
		if (from)
			memcpy(last->bytes + in_page, from, piece);
		else
			memset(last->bytes + in_page, 0, piece);
		from = from ? from + piece : NULL;
		va += piece;
		n -= piece;
	}
	return 0;
}
