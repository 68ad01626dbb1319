/* The pages of an object hang in a tree of frames with 512 words each, as deep as its size needs.
 */
#include "mm/shared.h"

#include "arch/x86_64/cpu.h"
#include "core/lock.h"
#include "lib/list.h"
#include "lib/string.h"
#include "mm/frames.h"
#include "mm/phys.h"
#include "mm/slab.h"

#define FANOUT_BITS 9
#define LEVELS_MAX  4
#define REAP_BUDGET 256 /* words looked at in a chunk */

struct shared {
	struct vm_object object;
	struct lock lock;
	void **root;	       /* a frame; level `levels` - 1 */
	unsigned levels;       /* constant; words of level 0 are pages, of others tables */
	struct list dead_link; /* [dead_lock] */
	uint64_t reaped;       /* the page from which on it is still to be taken apart */
};

static struct slab_cache shared_cache;
static struct lock dead_lock = LOCK_INIT("dead objects", RANK_OBJECT);
static struct list dead = LIST_INIT(dead); /* [dead_lock] */

void shared_init(void)
{
	slab_init(&shared_cache, "shared", sizeof(struct shared), 8);
}

static struct shared *of_object(struct vm_object *object)
{
	return container_of(object, struct shared, object);
}

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

/* The word for the page at `index`, with the tables on the way made; NULL without memory. [lock] */
static struct page **word_for(struct shared *shared, uint64_t index)
{
	void **table = shared->root;

	for (unsigned level = shared->levels - 1; level; level--) {
		void **word = &table[word_index(index, level)];

		if (!*word)
			*word = table_alloc();
		if (!*word)
			return NULL;
		table = *word;
	}
	return (struct page **)&table[word_index(index, 0)];
}

static struct page *shared_page(struct vm_object *object, uint64_t index)
{
	struct shared *shared = of_object(object);
	struct page **word, *page = NULL;

	lock_acquire(&shared->lock);
	word = word_for(shared, index);
	if (word && !*word)
		*word = frame_alloc_zeroed(PAGE_OBJECT);
	if (word)
		page = *word;
	if (page)
		page_get(page);
	lock_release(&shared->lock);
	return page;
}

static bool shared_is_resident(struct vm_object *object, uint64_t index)
{
	struct shared *shared = of_object(object);
	unsigned level = shared->levels;
	void **word = (void **)&shared->root;

	lock_acquire(&shared->lock);
	while (*word && level--)
		word = (void **)*word + word_index(index, level);
	lock_release(&shared->lock);
	return *word;
}

/* Nothing reads it but through mappings. */
static size_t shared_read(struct vm_object *object, uint64_t offset, void *dst, size_t n)
{
	(void)object;
	(void)offset;
	memset(dst, 0, n);
	return n;
}

static void shared_release(struct vm_object *object)
{
	lock_acquire(&dead_lock);
	list_add_tail(&dead, &of_object(object)->dead_link);
	lock_release(&dead_lock);
	this_cpu()->work |= CPU_WORK_REAP;
}

static const struct vm_object_ops shared_ops = {.read = shared_read,
						.page = shared_page,
						.is_resident = shared_is_resident,
						.release = shared_release};

struct vm_object *shared_create(uint64_t size)
{
	struct shared *shared = slab_alloc(&shared_cache);

	if (!shared)
		return NULL;
	shared->object = (struct vm_object){.ops = &shared_ops, .size = size, .refs = 1};
	shared->lock = LOCK_INIT("shared object", RANK_OBJECT);
	shared->levels = 1;
	while (pages_below(shared->levels) < size >> PAGE_SHIFT)
		shared->levels++;
	shared->root = table_alloc();
	if (shared->root)
		return &shared->object;
	slab_free(&shared_cache, shared);
	return NULL;
}

/* --- taking apart --- */

/* Free the page or the hole at `reaped`, go on behind it, and free the tables that end there. */
static void reap_one(struct shared *shared)
{
	uint64_t index = shared->reaped, end = shared->object.size >> PAGE_SHIFT;
	unsigned level = shared->levels - 1;
	void **tables[LEVELS_MAX];
	void *word;

	tables[level] = shared->root;
	while ((word = tables[level][word_index(index, level)]) && level)
		tables[--level] = word;
	if (word)
		frame_put(word);
	index = ALIGN_DOWN(index, pages_below(level)) + pages_below(level);
	for (; level < shared->levels; level++) {
		if (index < end && !IS_ALIGNED(index, pages_below(level + 1)))
			break;
		table_free(tables[level]);
	}
	shared->reaped = index;
}

bool shared_reap_some(void)
{
	struct shared *shared = NULL;

	lock_acquire(&dead_lock);
	if (!list_empty(&dead))
		shared = list_first_entry(&dead, struct shared, dead_link);
	lock_release(&dead_lock);
	if (!shared)
		return false;
	for (unsigned i = 0; i < REAP_BUDGET; i++) {
		reap_one(shared);
		if (shared->reaped >= shared->object.size >> PAGE_SHIFT) {
			lock_acquire(&dead_lock);
			list_del(&shared->dead_link);
			lock_release(&dead_lock);
			slab_free(&shared_cache, shared);
			break;
		}
	}
	return true;
}
