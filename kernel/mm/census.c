#include "mm/census_count.h"

#include "core/log.h"
#include "lib/fmt.h"
#include "lib/upcall.h"
#include "mm/frames.h"
#include "mm/shared.h"
#include "mm/vma_cache.h"

#define TOLD_MAX 32 /* findings; the rest is only counted */

enum census_pass census_pass;
const struct page *census_shown;
paddr_t census_extra_root;
static struct census_owner *owners;
static const struct census_owner *visited; /* its frames are being passed to count_owned() */
static uint64_t found;

void census_register(struct census_owner *owner)
{
	owner->next = owners;
	owners = owner;
}

void census_find(const char *fmt, ...)
{
	char line[160];
	va_list args;

	if (found++ >= TOLD_MAX)
		return;
	va_start(args, fmt);
	fmt_vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	log_line("census: %s", line);
}

const char *census_type_name(unsigned type)
{
	static const char *const names[PAGE_TYPES] = {
		[PAGE_OFFLINE] = "no head of a block",
		[PAGE_FREE] = "free",
		[PAGE_KERNEL] = "kernel",
		[PAGE_MAGAZINE] = "magazine",
		[PAGE_TABLE] = "page table",
		[PAGE_SLAB] = "slab",
		[PAGE_ANON] = "anonymous",
		[PAGE_OBJECT] = "object",
		[PAGE_RESERVED] = "reserved",
	};

	return type < PAGE_TYPES ? names[type] : "unknown";
}

/* Anonymous memory and objects' pages are mapped alike: PAGE_ANON stands for both. */
static bool is_of_type(const struct page *page, enum page_type type)
{
	return page->type == type || (type == PAGE_ANON && page->type == PAGE_OBJECT);
}

static void check_reference(const struct page *page, enum page_type type,
			    const struct census_place *place)
{
	if (!frames_contain(page_to_pfn(page)))
		census_find("frame 0x%lx is no memory that is given out, but %s of %lx at %lx "
			    "refers to it",
			    page_to_pfn(page), place->what, place->owner, place->va);
	else if (!is_of_type(page, type))
		census_find("frame 0x%lx is of type %s, but %s of %lx at %lx refers to it as %s",
			    page_to_pfn(page), census_type_name(page->type), place->what,
			    place->owner, place->va, census_type_name(type));
}

void census_count(struct page *page, enum page_type type, const struct census_place *place)
{
	switch (census_pass) {
	case CENSUS_CHECK:
		check_reference(page, type, place);
		break;
	case CENSUS_COUNT:
		if (frames_contain(page_to_pfn(page)))
			page->more_refs--;
		break;
	case CENSUS_RESTORE:
		if (frames_contain(page_to_pfn(page)))
			page->more_refs++;
		break;
	case CENSUS_SHOW:
		if (page == census_shown)
			log_line("census:   %s of %lx at %lx refers to it", place->what,
				 place->owner, place->va);
		break;
	}
}

static void count_owned(struct page *page)
{
	struct census_place place = {.what = visited->name};
	enum page_type type =
		page->type == PAGE_ANON || page->type == PAGE_OBJECT ? PAGE_ANON : PAGE_KERNEL;

	census_count(page, type, &place);
}

/* One visit to everything that refers to frames. */
static void visit_all(enum census_pass pass)
{
	static const struct census_owner shared = {.name = "a shared object",
						   .visit = shared_visit};

	census_pass = pass;
	census_tables();
	visited = &shared;
	shared_visit(count_owned);
	for (visited = owners; visited; visited = visited->next)
		visited->visit(count_owned);
}

/* Who refers to a frame whose count is wrong. */
void census_show(const struct page *page)
{
	if (found > TOLD_MAX)
		return;
	census_shown = page;
	visit_all(CENSUS_SHOW);
}

static void check_vmas(void)
{
	uint64_t in_trees = 0, in_use = vma_cache_in_use();

	for (const struct space *space = NULL; (space = space_next(space));)
		in_trees += space->vmas.count;
	if (in_trees != in_use)
		census_find("%lu vmas are in use, and %lu are in address spaces", in_use, in_trees);
}

static uint64_t hold(void)
{
	visit_all(CENSUS_CHECK);
	census_free_frames();
	check_vmas();
	visit_all(CENSUS_COUNT);
	census_all_counted();
	visit_all(CENSUS_RESTORE);
	if (found > TOLD_MAX)
		log_line("census: and %lu more", found - TOLD_MAX);
	return found;
}

uint64_t census(void)
{
	found = 0;
	return hold();
}

uint64_t census_at_end(void)
{
	found = 0;
	for (const struct space *space = NULL; (space = space_next(space));)
		census_find("leak: space %lx of %lu pages is nobody's", space->root.raw,
			    space->resident);
	return hold();
}
