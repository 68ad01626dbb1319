#include "buddy_model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "host_panic.h"
#include "mm/buddy_list.h"

#define TABLE_SIZE	((1UL << 34) * sizeof(struct page))
#define TABLE_ALIGN	(sizeof(struct page) << BUDDY_MAX_ORDER)
#define FRAMES_PER_PAGE (PAGE_SIZE / sizeof(struct page))
#define BLOCKS_MAX	(1U << 16)

#define check(cond)                                                                        \
	do {                                                                               \
		if (!(cond)) {                                                             \
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #cond); \
			abort();                                                           \
		}                                                                          \
	} while (0)

/* A tile: a block, free or used. */
struct tile {
	pfn_t pfn;
	unsigned int order;
	bool free;
};

struct page *frame_table;
struct buddy model_zone;
struct buddy_block model_used[MODEL_USED];
unsigned int model_n_used;

static pfn_t model_base;
static struct tile tiles[BLOCKS_MAX];
static unsigned int n_tiles;

/* Make the whole table inaccessible, and its memory zero once it is accessible. */
static void *map_table(void *at, size_t size, int flags)
{
	void *p = mmap(at, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | flags, -1,
		       0);

	check(p != MAP_FAILED);
	return p;
}

/* The first place that is aligned as the kernel's frame table is. */
static void *aligned(void *p)
{
	return (void *)ALIGN_UP((uintptr_t)p, TABLE_ALIGN);
}

void model_reset(pfn_t base)
{
	if (!frame_table)
		frame_table = aligned(map_table(NULL, TABLE_SIZE + TABLE_ALIGN, 0));
	else
		map_table(pfn_to_page(model_base), MODEL_FRAMES * sizeof(struct page), MAP_FIXED);
	model_base = base;
	model_n_used = 0;
	buddy_init(&model_zone, "model");
}

/* Map the part of the frame table that describes [start, end). */
static void map_frames(pfn_t start, pfn_t end)
{
	start = ALIGN_DOWN(start, FRAMES_PER_PAGE);
	end = ALIGN_UP(end, FRAMES_PER_PAGE);
	check(mprotect(pfn_to_page(start), (end - start) * sizeof(struct page),
		       PROT_READ | PROT_WRITE) == 0);
}

bool model_add(pfn_t start, pfn_t end)
{
	uint64_t before = model_zone.free_frames;
	bool added;

	start += model_base;
	end += model_base;
	map_frames(start, end);
	added = buddy_add(&model_zone, start, end);
	check(model_zone.free_frames == before + (added ? end - start : 0));
	check(added || model_zone.n_ranges == BUDDY_RANGES);
	return added;
}

bool model_alloc(unsigned int order)
{
	uintptr_t caller = 0xffffffff80001000UL + model_n_used;
	struct page *page = NULL;

	if (model_n_used == MODEL_USED)
		return false;
	/* The short way every other time, as the next one below. */
	if (model_n_used % 2 && order <= BUDDY_MAX_ORDER)
		page = buddy_take(&model_zone, order, PAGE_KERNEL, caller);
	if (!page)
		page = buddy_alloc(&model_zone, order, caller);
	if (!page) {
		check(order > BUDDY_MAX_ORDER || buddy_largest(&model_zone) < (int)order);
		return false;
	}
	check(page->type == PAGE_KERNEL && page->order == order && page_refs(page) == 1);
	check(page->flags == 0 && page->word == caller);
	check(buddy_contains(&model_zone, page_to_pfn(page)));
	/* What an owner may do. */
	page->type = PAGE_ANON;
	page->flags = 0xffff;
	page->word = ~0UL;
	model_used[model_n_used++] = (struct buddy_block){page_to_pfn(page), order};
	return true;
}

void model_free(unsigned int index)
{
	struct buddy_block block = model_used[index];
	struct page *page = pfn_to_page(block.pfn);
	uintptr_t caller = 0xffffffff80002000UL + block.order;

	if (index % 2 == 0 || !buddy_give(&model_zone, page, block.order, caller))
		buddy_free(&model_zone, page, block.order, caller);
	model_used[index] = model_used[--model_n_used];
}

/* After a panic: it says `text`, and the zone is what it was `before`. */
static void check_refused(const struct buddy *before, const char *text)
{
	if (!strstr(host_panic_text, text)) {
		fprintf(stderr, "panic \"%s\" does not say \"%s\"\n", host_panic_text, text);
		abort();
	}
	check(memcmp(before, &model_zone, sizeof(*before)) == 0);
}

void model_bad_add(pfn_t start, pfn_t end, const char *text)
{
	struct buddy before = model_zone;

	if (setjmp(host_panic_jump) == 0) {
		host_panic_expected = true;
		(void)!buddy_add(&model_zone, model_base + start, model_base + end);
		check(!"bad frames were accepted");
	}
	check_refused(&before, text);
}

void model_bad_free(pfn_t pfn, unsigned int order, const char *text)
{
	struct buddy before = model_zone;

	if (setjmp(host_panic_jump) == 0) {
		host_panic_expected = true;
		buddy_free(&model_zone, pfn_to_page(pfn), order, 0xffffffff80003000UL);
		check(!"a bad free was accepted");
	}
	check(strstr(host_panic_text, "ffffffff80003000"));
	/* Only the memory of the range it looked up last may differ. */
	before.recent = model_zone.recent;
	before.recent_size = model_zone.recent_size;
	check_refused(&before, text);
}

static void add_tile(pfn_t pfn, unsigned int order, bool is_free)
{
	check(n_tiles < BLOCKS_MAX);
	tiles[n_tiles++] = (struct tile){pfn, order, is_free};
}

static int by_pfn(const void *a, const void *b)
{
	const struct tile *x = a;
	const struct tile *y = b;

	return x->pfn < y->pfn ? -1 : x->pfn > y->pfn;
}

/* One list: the right type and order in each head, and the bit that says that it is not empty. */
static void collect_list(unsigned int order)
{
	struct page *page = buddy_next_free(&model_zone, order, NULL);

	check(!(model_zone.nonempty & (1U << order)) == !page);
	for (; page; page = buddy_next_free(&model_zone, order, page)) {
		check(page->type == PAGE_FREE && page->order == order);
		add_tile(page_to_pfn(page), order, true);
	}
}

static void collect_tiles(void)
{
	unsigned int i;

	n_tiles = 0;
	for (i = 0; i < BUDDY_ORDERS; i++)
		collect_list(i);
	for (i = 0; i < model_n_used; i++)
		add_tile(model_used[i].pfn, model_used[i].order, false);
	qsort(tiles, n_tiles, sizeof(tiles[0]), by_pfn);
}

/* Free neighbours that could be one block must be one. */
static void check_merged(const struct tile *low, const struct tile *high,
			 const struct buddy_range *range)
{
	if (!low->free || !high->free || low->order != high->order ||
	    low->order == BUDDY_MAX_ORDER || high->pfn >= range->end)
		return;
	check((low->pfn ^ high->pfn) != 1UL << low->order);
}

/* Tiles from number `at` on fill `range` exactly. The number behind them. */
static unsigned int check_range(const struct buddy_range *range, unsigned int at, uint64_t *n_free)
{
	pfn_t pfn = range->start;

	while (pfn < range->end) {
		check(at < n_tiles && tiles[at].pfn == pfn);
		check(IS_ALIGNED(pfn, 1UL << tiles[at].order));
		if (at + 1 < n_tiles)
			check_merged(&tiles[at], &tiles[at + 1], range);
		pfn += 1UL << tiles[at].order;
		*n_free += tiles[at].free ? 1UL << tiles[at].order : 0;
		at++;
	}
	check(pfn == range->end);
	return at;
}

unsigned int model_blocks(unsigned int order)
{
	unsigned int count = 0;
	struct page *page = NULL;

	while ((page = buddy_next_free(&model_zone, order, page)) != NULL)
		count++;
	return count;
}

void model_check(void)
{
	uint64_t n_free = 0;
	uint64_t frames = 0;
	unsigned int at = 0;
	uint32_t i;

	collect_tiles();
	for (i = 0; i < model_zone.n_ranges; i++) {
		const struct buddy_range *range = &model_zone.ranges[i];

		check(range->start < range->end);
		check(i == 0 || range[-1].end < range->start);
		at = check_range(range, at, &n_free);
		frames += range->end - range->start;
	}
	check(at == n_tiles);
	check(model_zone.free_frames == n_free && model_zone.frames == frames);
}
