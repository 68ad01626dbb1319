/* Changes of ranges: areas are cut, joined and removed. */
#include "lib/upcall.h"
#include "mm/vma_tree.h"

/* Whether `low` and `high` can be one area, lying side by side. */
static bool alike(const struct vma *low, const struct vma *high)
{
	return low->end == high->start && low->prot == high->prot && low->flags == high->flags &&
	       low->object == high->object &&
	       (!low->object || low->pgoff + vma_pages(low) == high->pgoff);
}

struct vma *vma_absorb(struct vma_tree *tree, const struct vma_place *place, const struct vma *new,
		       struct vma **removed)
{
	struct vma *below = place->below, *above = place->above;
	bool joins_above = above && alike(new, above);

	ASSERT(new->start < new->end && (!below || below->end <= new->start) &&
	       (!above || new->end <= above->start));
	*removed = NULL;
	if (below && alike(below, new)) {
		below->end = new->end;
		if (joins_above) {
			below->end = above->end;
			below->touched |= above->touched;
			vma_unlink(tree, above);
			*removed = above;
		} else {
			vma_gap_changed(above);
		}
	} else if (joins_above) {
		above->start = new->start;
		above->pgoff = new->pgoff;
		vma_gap_changed(above);
		below = above;
	} else {
		return NULL;
	}
	vma_count_pages(tree, new, vma_pages(new));
	return below;
}

/* Cut `vma` in two at `addr`, inside it; `upper`, a spare, becomes the upper part. */
static void split(struct vma_tree *tree, struct vma *vma, uint64_t addr, struct vma *upper)
{
	const struct vma_place place = {.below = vma, .above = vma->next};

	ASSERT(upper && vma->start < addr && addr < vma->end);
	*upper = *vma;
	upper->start = addr;
	upper->pgoff += (addr - vma->start) >> PAGE_SHIFT;
	vma->end = addr;
	vma_link(tree, &place, upper);
}

/* --- removing --- */

bool vma_remove_splits(const struct vma_range *range)
{
	return range->first && range->first->start < range->start && range->first->end > range->end;
}

/* Let `vma` end at `end` now, inside it. */
static void trim_end(struct vma_tree *tree, struct vma *vma, uint64_t end)
{
	vma_count_pages(tree, vma, 0 - ((vma->end - end) >> PAGE_SHIFT));
	vma->end = end;
	vma_gap_changed(vma->next);
}

/* Let it start at `start`. */
static void trim_start(struct vma_tree *tree, struct vma *vma, uint64_t start)
{
	uint64_t pages = (start - vma->start) >> PAGE_SHIFT;

	vma_count_pages(tree, vma, 0 - pages);
	vma->start = start;
	vma->pgoff += pages;
	vma_gap_changed(vma);
}

struct vma *vma_remove(struct vma_tree *tree, const struct vma_range *range, struct vma *spare)
{
	struct vma *first = range->first, *after, *last = NULL;

	ASSERT(range->start < range->end);
	if (!first)
		return NULL;
	after = range->last->next;
	if (vma_remove_splits(range)) {
		split(tree, first, range->end, spare);
		after = spare;
	} else if (range->last->end > range->end) {
		after = range->last;
		trim_start(tree, after, range->end);
	}
	if (first != after && first->start < range->start) {
		trim_end(tree, first, range->start);
		first = first->next;
	}
	for (struct vma *vma = first; vma != after; vma = vma->next) {
		vma_unlink(tree, vma);
		vma_count_pages(tree, vma, 0 - vma_pages(vma));
		last = vma;
	}
	if (!last)
		return NULL;
	last->next = NULL;
	return first;
}

/* --- changing --- */

static uint32_t changed_prot(const struct vma *vma, const struct vma_change *change)
{
	return (vma->prot & ~change->prot_clear) | change->prot_set;
}

static uint32_t changed_flags(const struct vma *vma, const struct vma_change *change)
{
	return (vma->flags & ~change->flags_clear) | change->flags_set;
}

static bool changes(const struct vma *vma, const struct vma_change *change)
{
	return changed_prot(vma, change) != vma->prot || changed_flags(vma, change) != vma->flags;
}

unsigned int vma_change_splits(const struct vma_range *range, const struct vma_change *change)
{
	const struct vma *first = range->first, *last = range->last;
	unsigned int ends = 0;

	if (!first)
		return 0;
	if (first->start < range->start && changes(first, change))
		ends |= VMA_SPLIT_START;
	if (last->end > range->end && changes(last, change))
		ends |= VMA_SPLIT_END;
	return ends;
}

/* Join areas that are alike, from the one below `first` to the one that begins at `end`. */
static struct vma *join(struct vma_tree *tree, struct vma *first, uint64_t end)
{
	struct vma *removed = NULL, **tail = &removed;
	struct vma *vma = first->prev ? first->prev : first;
	struct vma *next;

	while ((next = vma->next) && next->start <= end) {
		if (!alike(vma, next)) {
			vma = next;
			continue;
		}
		vma->end = next->end;
		vma->touched |= next->touched;
		vma_unlink(tree, next);
		next->next = NULL;
		*tail = next;
		tail = &next->next;
	}
	return removed;
}

static void apply(struct vma_tree *tree, struct vma *vma, const struct vma_change *change)
{
	vma_count_kinds(tree, vma, 0 - vma_pages(vma));
	vma->prot = changed_prot(vma, change);
	vma->flags = changed_flags(vma, change);
	vma_count_kinds(tree, vma, vma_pages(vma));
}

struct vma *vma_change(struct vma_tree *tree, const struct vma_range *range,
		       const struct vma_change *change, struct vma *const spares[2])
{
	struct vma *first = range->first, *last = range->last;

	if (!first)
		return NULL;
	if (spares[1])
		split(tree, last, range->end, spares[1]);
	if (spares[0]) {
		split(tree, first, range->start, spares[0]);
		if (last == first)
			last = spares[0];
		first = spares[0];
	}
	/* What is changed is what will be used, or changed back, next; not what was split off. */
	tree->recent = first;
	for (struct vma *vma = first; vma != last->next; vma = vma->next)
		apply(tree, vma, change);
	return join(tree, first, last->end);
}

bool vma_grow_down(struct vma_tree *tree, struct vma *vma, uint64_t start)
{
	const struct vma *prev = vma->prev;
	bool guarded = prev && (prev->prot & (PROT_READ | PROT_WRITE | PROT_EXEC)) &&
		       !(prev->flags & VMA_GROWSDOWN);

	if (start >= vma->start || (prev && start < prev->end))
		return false;
	if (guarded && start - prev->end < VMA_STACK_GUARD)
		return false;
	vma_count_pages(tree, vma, (vma->start - start) >> PAGE_SHIFT);
	vma->start = start;
	vma_gap_changed(vma);
	return true;
}
