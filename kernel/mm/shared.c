#include "mm/shared.h"

#include "arch/x86_64/cpu.h"
#include "arch/x86_64/page_copy.h"
#include "core/lock.h"
#include "lib/list.h"
#include "lib/string.h"
#include "mm/frames.h"
#include "mm/page_tree.h"
#include "mm/phys.h"
#include "mm/slab.h"

#define REAP_BUDGET 128 /* words looked at in a chunk */

struct shared {
	struct vm_object object;
	struct lock lock;
	struct page_tree pages; /* [lock] */
	struct list link;	/* [list_lock] in `alive` or `dead` */
	uint64_t reaped;	/* the page from which on it is still to be taken apart */
};

static struct slab_cache shared_cache;
static struct lock list_lock = LOCK_INIT("shared objects", RANK_OBJECT);
static struct list alive = LIST_INIT(alive); /* [list_lock] */
static struct list dead = LIST_INIT(dead);   /* [list_lock] */

void shared_init(void)
{
	slab_init(&shared_cache, "shared", sizeof(struct shared), 8);
}

static struct shared *of_object(struct vm_object *object)
{
	return container_of(object, struct shared, object);
}

static struct page *shared_page(struct vm_object *object, uint64_t index, bool make)
{
	struct shared *shared = of_object(object);
	struct page *page;

	lock_acquire(&shared->lock);
	page = page_tree_find(&shared->pages, index);
	if (!page && make) {
		struct page **slot = page_tree_slot(&shared->pages, index);

		if (slot)
			page = *slot = frame_alloc_zeroed(PAGE_OBJECT);
	}
	if (page)
		page_get(page);
	lock_release(&shared->lock);
	return page;
}

/* [shared->lock], with which nobody comes to map a page that is the tree's alone. */
static void remove_page(struct shared *shared, uint64_t index)
{
	struct page *page = page_tree_find(&shared->pages, index);

	if (!page)
		return;
	if (page_refs(page) > 1) {
		clear_page(page_to_virt(page));
		return;
	}
	*page_tree_slot(&shared->pages, index) = NULL;
	frame_put(page);
}

static void shared_remove(struct vm_object *object, uint64_t index, uint64_t n)
{
	struct shared *shared = of_object(object);
	uint64_t end = MIN(index + n, object->size >> PAGE_SHIFT);

	lock_acquire(&shared->lock);
	for (; index < end; index++)
		remove_page(shared, index);
	lock_release(&shared->lock);
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
	lock_acquire(&list_lock);
	list_del(&of_object(object)->link);
	list_add_tail(&dead, &of_object(object)->link);
	lock_release(&list_lock);
	this_cpu()->work |= CPU_WORK_REAP;
}

/* As Linux has it. */
static const char *shared_path(const struct vm_object *object)
{
	(void)object;
	return "dev/zero (deleted)";
}

static const struct vm_object_ops shared_ops = {
	.read = shared_read,
	.page = shared_page,
	.remove = shared_remove,
	.path = shared_path,
	.release = shared_release,
};

struct vm_object *shared_create(uint64_t size)
{
	struct shared *shared = slab_alloc(&shared_cache);

	if (!shared)
		return NULL;
	shared->object = (struct vm_object){.ops = &shared_ops, .size = size, .refs = 1};
	shared->lock = LOCK_INIT("shared object", RANK_OBJECT);
	page_tree_init(&shared->pages, size >> PAGE_SHIFT);
	/* The first page at least shall not lack a table: mmap can say so, a fault cannot. */
	if (!page_tree_slot(&shared->pages, 0)) {
		page_tree_reap(&shared->pages, 1, &shared->reaped);
		slab_free(&shared_cache, shared);
		return NULL;
	}
	lock_acquire(&list_lock);
	list_add(&alive, &shared->link);
	lock_release(&list_lock);
	return &shared->object;
}

/* --- taking apart --- */

bool shared_reap_some(void)
{
	struct shared *shared = NULL;
	uint64_t pages;

	lock_acquire(&list_lock);
	if (!list_empty(&dead))
		shared = list_first_entry(&dead, struct shared, link);
	lock_release(&list_lock);
	if (!shared)
		return false;
	pages = shared->object.size >> PAGE_SHIFT;
	for (unsigned i = 0; i < REAP_BUDGET; i++) {
		page_tree_reap(&shared->pages, pages, &shared->reaped);
		if (shared->reaped >= pages) {
			lock_acquire(&list_lock);
			list_del(&shared->link);
			lock_release(&list_lock);
			slab_free(&shared_cache, shared);
			break;
		}
	}
	return true;
}

static void visit_list(const struct list *list, void (*fn)(struct page *frame))
{
	const struct shared *shared;

	list_for_each_entry (shared, list, link)
		page_tree_visit(&shared->pages, shared->object.size >> PAGE_SHIFT, shared->reaped,
				fn);
}

void shared_visit(void (*fn)(struct page *frame))
{
	visit_list(&alive, fn);
	visit_list(&dead, fn);
}
