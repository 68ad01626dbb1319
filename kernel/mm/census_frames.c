/* The census's visit to the frame table: free frames, slabs, and what the counting has left. */
#include "arch/x86_64/cpu.h"
#include "mm/census_count.h"
#include "mm/frames.h"
#include "mm/slab.h"

/* --- free lists and magazines --- */

/* The frames on the zone's lists. */
static uint64_t check_lists(const struct buddy *zone)
{
	uint64_t frames = 0;

	for (unsigned order = 0; order <= BUDDY_MAX_ORDER; order++) {
		struct page *page = NULL;

		while ((page = buddy_next_free(zone, order, page)) && frames <= zone->frames) {
			if (page->kind != PAGE_KIND(PAGE_FREE, order))
				census_find("frame 0x%lx is on the free list of order %u, and is "
					    "%s of order %u",
					    page_to_pfn(page), order, census_type_name(page->type),
					    page->order);
			frames += 1UL << order;
		}
	}
	return frames;
}

/* A frame's word, which a magazine has no use for, counts how often it lies in one. */
static void check_magazines(void)
{
	struct page *page;

	for (uint32_t cpu = 0; cpu < cpu_count; cpu++) {
		for (uint32_t i = 0; (page = frames_in_magazine(cpu, i)); i++)
			page->word = 0;
	}
	for (uint32_t cpu = 0; cpu < cpu_count; cpu++) {
		for (uint32_t i = 0; (page = frames_in_magazine(cpu, i)); i++) {
			if (page->type != PAGE_MAGAZINE || page->word++)
				census_find("frame 0x%lx in the magazine of CPU %u is %s%s",
					    page_to_pfn(page), cpu, census_type_name(page->type),
					    page->word > 1 ? ", and there twice" : "");
		}
	}
}

/* --- slabs --- */

struct slab_sum {
	uint64_t slabs, in_use;
};

static struct slab_sum sums[SLAB_CACHES_MAX]; /* by the caches' ids */

static void check_slab(const struct page *head)
{
	const struct slab_cache *cache;
	uint32_t in_use;
	const char *wrong = slab_look(head, &cache, &in_use);

	if (wrong) {
		census_find("frame 0x%lx is %s", page_to_pfn(head), wrong);
		return;
	}
	sums[cache->id].slabs++;
	sums[cache->id].in_use += in_use;
}

static void check_caches(void)
{
	const struct slab_cache *cache;

	for (uint32_t id = 0; (cache = slab_cache_by_id(id)); id++) {
		const struct slab_sum *sum = &sums[id];

		if (sum->slabs != cache->slabs || sum->in_use != cache->in_use)
			census_find("slab '%s' has %lu slabs with %lu objects, and counts %lu and "
				    "%lu",
				    cache->name, sum->slabs, sum->in_use, cache->slabs,
				    cache->in_use);
		sums[id] = (struct slab_sum){0};
	}
}

/* --- all frames --- */

/* Call `fn` for the head of each block of the zones. */
static void for_each_block(void (*fn)(struct page *head))
{
	const struct buddy *zone;

	for (unsigned i = 0; (zone = frames_zone(i)); i++) {
		for (uint32_t r = 0; r < zone->n_ranges; r++) {
			pfn_t pfn = zone->ranges[r].start;

			while (pfn < zone->ranges[r].end) {
				struct page *page = pfn_to_page(pfn);

				fn(page);
				pfn += page->type == PAGE_TAIL ? 1 : 1UL << page->order;
			}
		}
	}
}

static uint64_t free_seen;

static void check_block(struct page *head)
{
	switch (head->type) {
	case PAGE_TAIL:
		census_find("leak: frame 0x%lx is in no block", page_to_pfn(head));
		break;
	case PAGE_FREE:
		free_seen += 1UL << head->order;
		break;
	case PAGE_MAGAZINE:
		if (head->word != 1)
			census_find("leak: frame 0x%lx is in no magazine", page_to_pfn(head));
		break;
	case PAGE_SLAB:
		check_slab(head);
		break;
	default:
		break;
	}
}

void census_free_frames(void)
{
	const struct buddy *zone;
	uint64_t listed = 0, counted = 0;

	for (unsigned i = 0; (zone = frames_zone(i)); i++) {
		listed += check_lists(zone);
		counted += zone->free_frames;
	}
	check_magazines();
	free_seen = 0;
	for_each_block(check_block);
	check_caches();
	if (listed != counted || free_seen != counted)
		census_find("%lu frames are on free lists, %lu are marked free, %lu are counted",
			    listed, free_seen, counted);
}

static bool is_counted(const struct page *head)
{
	return head->type == PAGE_KERNEL || head->type == PAGE_TABLE || head->type == PAGE_ANON ||
	       head->type == PAGE_OBJECT;
}

static void check_count(struct page *head)
{
	/* more_refs counts those beyond the first: -1 is none left. */
	int64_t left = (int64_t)head->more_refs + 1;

	if (!is_counted(head) || left == 0)
		return;
	if (left > 0)
		census_find("leak: %s frame 0x%lx, order %u: %ld references more than were found",
			    census_type_name(head->type), page_to_pfn(head), head->order, left);
	else if (head->type == PAGE_TABLE)
		census_find("table with two parents: frame 0x%lx", page_to_pfn(head));
	else
		census_find("alias: %s frame 0x%lx, order %u: %ld references more were found than "
			    "it counts",
			    census_type_name(head->type), page_to_pfn(head), head->order, -left);
	census_show(head);
}

void census_all_counted(void)
{
	for_each_block(check_count);
}
