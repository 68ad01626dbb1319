#include "mm/page_tree.h"

#include "mm/frames.h"
#include "mm/phys.h"

#define FANOUT_BITS 9
#define LEVELS_MAX  4

/* Pages that one word of a table of `level` stands for. */
static uint64_t pages_below(unsigned level)
{
	return 1UL << (level * FANOUT_BITS);
}

static unsigned word_index(uint64_t index, unsigned level)
{
	return (index >> (level * FANOUT_BITS)) & ((1U << FANOUT_BITS) - 1);
}

static void **table_alloc(void)
{
	struct page *page = frame_alloc_zeroed(PAGE_KERNEL);

	return page ? page_to_virt(page) : NULL;
}

void page_tree_init(struct page_tree *tree, uint64_t pages)
{
	tree->root = NULL;
	tree->levels = 1;
	while (pages_below(tree->levels) < pages)
		tree->levels++;
}

struct page *page_tree_find(const struct page_tree *tree, uint64_t index)
{
	void **table = tree->root;

	for (unsigned level = tree->levels; table && level--;)
		table = table[word_index(index, level)];
	return (struct page *)table;
}

struct page **page_tree_slot(struct page_tree *tree, uint64_t index)
{
	void **word = (void **)&tree->root;

	for (unsigned level = tree->levels; level--;) {
		if (!*word)
			*word = table_alloc();
		if (!*word)
			return NULL;
		word = (void **)*word + word_index(index, level);
	}
	return (struct page **)word;
}

/*
 * Pass the page at `index`, if there is one, and the tables that end there to `fn`, the lowest
 * first. Returns where to go on: tables that were passed before are not read again.
 */
static uint64_t step(const struct page_tree *tree, uint64_t pages, uint64_t index,
		     void (*fn)(struct page *frame))
{
	unsigned level = tree->levels - 1;
	void **tables[LEVELS_MAX];
	void *word;

	if (!tree->root)
		return pages;
	tables[level] = tree->root;
	while ((word = tables[level][word_index(index, level)]) && level)
		tables[--level] = word;
	if (word)
		fn(word);
	index = ALIGN_DOWN(index, pages_below(level)) + pages_below(level);
	for (; level < tree->levels; level++) {
		if (index < pages && !IS_ALIGNED(index, pages_below(level + 1)))
			break;
		fn(paddr_to_page(direct_map_to_phys(tables[level])));
	}
	return index;
}

void page_tree_reap(struct page_tree *tree, uint64_t pages, uint64_t *at)
{
	*at = step(tree, pages, *at, frame_put);
}

void page_tree_visit(const struct page_tree *tree, uint64_t pages, uint64_t at,
		     void (*fn)(struct page *frame))
{
	while (at < pages)
		at = step(tree, pages, at, fn);
}
