/* /proc/PID/smaps: for each vma the line of maps, and what of it is in memory. */
#include "mm/maps.h"

#include "mm/umap_tables.h"

#define ENTRIES_A_CALL 500

/*
 * How many map the page: an object keeps a reference of its own to its pages. A large page's is the
 * number of its first frame.
 */
static uint32_t mappings_of(const struct page *page)
{
	return MAX(page_refs(page) - (page->type == PAGE_OBJECT), 1U);
}

static void count_page(struct smaps *s, pte_t entry)
{
	const struct page *page = pte_page(entry);
	bool object = page->type == PAGE_OBJECT;
	uint64_t size = umap_size(entry), part;
	uint32_t mappings;

	/* The page of zeros does not count, as on Linux. */
	if (object && !s->vma.object)
		return;
	mappings = mappings_of(page);
	part = size / mappings;
	s->rss += size;
	s->pss += part;
	if (entry & PTE_DIRTY) {
		s->dirty[mappings > 1] += size;
		s->pss_dirty += part;
	} else {
		s->clean[mappings > 1] += size;
	}
	s->referenced += entry & PTE_ACCESSED ? size : 0;
	s->anonymous += object ? 0 : size;
	s->huge += entry & PTE_LARGE ? size : 0;
	if (!object && (entry & (PTE_PRESENT | PTE_WRITE | PTE_DIRTY)) == (PTE_PRESENT | PTE_WRITE))
		s->lazy += size;
}

static void line(struct printer *out, const char *name, uint64_t bytes)
{
	print(out, "%-15s %8lu kB\n", name, bytes >> 10);
}

static void print_flags(struct printer *out, const struct vma *vma)
{
	static const struct {
		uint32_t bit;
		const char *name;
	} names[] = {
		{VMA_SHARED, "ms"},  {VMA_GROWSDOWN, "gd"},  {VMA_LOCKED, "lo"},
		{VMA_NO_FORK, "dc"}, {VMA_NO_RESERVE, "nr"}, {VMA_WIPE_FORK, "wf"},
		{VMA_NO_DUMP, "dd"}, {VMA_LARGE, "hg"},	     {VMA_NO_LARGE, "nh"},
	};

	print(out, "VmFlags: %s%s%s%smr mw me ", vma->prot & PROT_READ ? "rd " : "",
	      vma->prot & PROT_WRITE ? "wr " : "", vma->prot & PROT_EXEC ? "ex " : "",
	      vma->flags & VMA_SHARED ? "sh " : "");
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (vma->flags & names[i].bit)
			print(out, "%s ", names[i].name);
	}
	print(out, "\n");
}

static void print_counts(struct printer *out, const struct smaps *s)
{
	line(out, "Size:", s->vma.end - s->vma.start);
	line(out, "KernelPageSize:", PAGE_SIZE);
	line(out, "MMUPageSize:", PAGE_SIZE);
	line(out, "Rss:", s->rss);
	line(out, "Pss:", s->pss);
	line(out, "Pss_Dirty:", s->pss_dirty);
	line(out, "Shared_Clean:", s->clean[1]);
	line(out, "Shared_Dirty:", s->dirty[1]);
	line(out, "Private_Clean:", s->clean[0]);
	line(out, "Private_Dirty:", s->dirty[0]);
	line(out, "Referenced:", s->referenced);
	line(out, "Anonymous:", s->anonymous);
	line(out, "LazyFree:", s->lazy);
	line(out, "AnonHugePages:", s->huge);
	line(out, "Swap:", 0);
	line(out, "SwapPss:", 0);
	line(out, "Locked:", (s->vma.flags & VMA_LOCKED) ? s->pss : 0);
	print_flags(out, &s->vma);
}

/* The next vma, its counts at zero; false: there is none. */
static bool begin_vma(struct printer *out, struct space *space, struct smaps *s)
{
	const struct vma *vma = vma_find_from(&space->vmas, s->at);
	uint64_t at = s->at;

	if (!vma || !maps_print_some(out, space, &at))
		return false;
	*s = (struct smaps){.vma = *vma, .at = vma->start};
	return true;
}

bool smaps_print_some(struct printer *out, struct space *space, struct smaps *s)
{
	unsigned budget = ENTRIES_A_CALL;
	const pte_t *entry;

	if (!s->vma.end && !begin_vma(out, space, s))
		return false;
	while (s->at < s->vma.end &&
	       (entry = umap_next(space, s->at, s->vma.end, &s->at, &budget)) != NULL) {
		count_page(s, *entry);
		s->at += umap_size(*entry);
	}
	if (s->at < s->vma.end)
		return true;
	print_counts(out, s);
	s->at = s->vma.end;
	s->vma.end = 0;
	return true;
}
