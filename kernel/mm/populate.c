#include "mm/populate.h"

#include "abi/errno.h"

#define CHUNK_PAGES 40 /* at about 900 instructions each */
#define PROT_ANY    (PROT_READ | PROT_WRITE | PROT_EXEC)

/* A run of pages of one area, and how they are wanted. */
struct piece {
	uint64_t start, end;
	unsigned access;
};

/* Why the area's pages are not made: an errno; or 0, with *access what they are wanted for. */
static int access_for(const struct vma *vma, enum populate_kind kind, unsigned *access)
{
	*access = ACCESS_READ;
	if (kind == POPULATE_READ)
		return (vma->prot & PROT_READ) ? 0 : -EINVAL;
	if (kind == POPULATE_WRITE) {
		*access = ACCESS_WRITE;
		return (vma->prot & PROT_WRITE) ? 0 : -EINVAL;
	}
	if ((vma->prot & PROT_WRITE) && !(vma->flags & VMA_SHARED))
		*access = ACCESS_WRITE;
	return (vma->prot & PROT_ANY) ? 0 : -EFAULT;
}

/* The next piece; an empty one at the end of what is to be done. [lock] */
static int next_piece(struct space *space, const struct populate *populate, struct piece *piece)
{
	const struct vma *vma = vma_find_from(&space->vmas, populate->at);
	bool lenient = populate->kind == POPULATE_MAP;
	int error;

	*piece = (struct piece){.start = populate->end, .end = populate->end};
	if (!vma || vma->start >= populate->end || (vma->start > populate->at && !lenient))
		return lenient ? 0 : -ENOMEM;
	piece->start = MAX(vma->start, populate->at);
	piece->end = MIN(vma->end, populate->end);
	error = access_for(vma, populate->kind, &piece->access);
	if ((error && lenient) ||
	    (populate->kind >= POPULATE_LOCK && (vma->flags & VMA_ON_FAULT))) {
		piece->start = piece->end;
		return 0;
	}
	return error;
}

/* Make the pages of the piece; *left is what may be made in this chunk. */
static sysret_t make_pages(struct space *space, struct populate *populate,
			   const struct piece *piece, unsigned *left)
{
	for (; populate->at < piece->end && *left; populate->at += PAGE_SIZE, --*left) {
		switch (space_fault(space, populate->at, piece->access)) {
		case FAULT_NO_MEMORY:
			populate->access = piece->access;
			return SYS_FAULT_WAIT;
		case FAULT_BUS:
			if (populate->kind != POPULATE_MAP)
				return -EFAULT;
			break;
		default:
			/* Had, or another thread has changed the area meanwhile: no matter. */
			break;
		}
	}
	return 0;
}

sysret_t space_populate(struct space *space, struct populate *populate)
{
	unsigned left = CHUNK_PAGES;
	sysret_t result = 0;

	while (populate->at < populate->end && left && !result) {
		struct piece piece;

		left--;
		lock_acquire(&space->lock);
		result = next_piece(space, populate, &piece);
		lock_release(&space->lock);
		if (result)
			break;
		populate->at = piece.start;
		result = make_pages(space, populate, &piece, &left);
	}
	if (result)
		return result;
	return populate->at < populate->end ? SYS_AGAIN : 0;
}
