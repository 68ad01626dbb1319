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

static void table_free(void **table)
{
	frame_free(paddr_to_page(direct_map_to_phys(table)));
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

void page_tree_reap(struct page_tree *tree, uint64_t pages, uint64_t *at)
{
	unsigned level = tree->levels - 1;
	void **tables[LEVELS_MAX];
	uint64_t index = *at;
	void *word;

	if (!tree->root) {
		*at = pages;
		return;
	}
	tables[level] = tree->root;
	while ((word = tables[level][word_index(index, level)]) && level)
		tables[--level] = word;
	if (word)
		frame_put(word);
	index = ALIGN_DOWN(index, pages_below(level)) + pages_below(level);
	for (; level < tree->levels; level++) {
		if (index < pages && !IS_ALIGNED(index, pages_below(level + 1)))
			break;
		table_free(tables[level]);
	}
	*at = index;
}
