#include "mm/slab.h"

#include "lib/string.h"
#include "lib/upcall.h"
#include "mm/frames.h"
#include "mm/phys.h"

/*
 * A slab is a block of frames: this header, then the objects. A free object holds the link to the
 * next. Slabs with a free object are on the cache's list; full ones on none.
 */
struct slab {
	struct list link; /* [cache's lock] */
	struct slab_cache *cache;
	void *free;	 /* [cache's lock] first free object */
	uint32_t in_use; /* [cache's lock] */
};

#define OBJECTS_WANTED 8 /* a slab grows until it holds so many, up to MAX_ORDER */
#define MAX_ORDER      3

static size_t header_size(size_t align)
{
	return ALIGN_UP(sizeof(struct slab), align);
}

void slab_init(struct slab_cache *cache, const char *name, size_t size, size_t align)
{
	uint32_t order = 0;

	size = ALIGN_UP(MAX(size, sizeof(void *)), align);
	while (order < MAX_ORDER &&
	       ((PAGE_SIZE << order) - header_size(align)) / size < OBJECTS_WANTED)
		order++;
	*cache = (struct slab_cache){.lock = LOCK_INIT(name, RANK_SLAB),
				     .name = name,
				     .size = (uint32_t)size,
				     .align = (uint32_t)align,
				     .order = order};
	cache->per_slab = (uint32_t)(((PAGE_SIZE << order) - header_size(align)) / size);
	ASSERT(cache->per_slab > 0);
	list_init(&cache->partial);
}

/* Make a slab with all its objects free, chained in order of address. */
static struct slab *slab_create(struct slab_cache *cache)
{
	struct page *page = frames_alloc(cache->order, PAGE_SLAB);
	struct slab *slab;
	char *object;

	if (!page)
		return NULL;
	slab = page_to_virt(page);
	slab->cache = cache;
	slab->in_use = 0;
	list_init(&slab->link);
	object = (char *)slab + header_size(cache->align);
	slab->free = object;
	for (uint32_t i = 1; i < cache->per_slab; i++, object += cache->size)
		*(void **)object = object + cache->size;
	*(void **)object = NULL;
	return slab;
}

static struct slab *slab_with_room(struct slab_cache *cache)
{
	struct slab *slab;

	if (!list_empty(&cache->partial))
		return list_first_entry(&cache->partial, struct slab, link);
	slab = slab_create(cache);
	if (slab) {
		list_add(&cache->partial, &slab->link);
		cache->slabs++;
	}
	return slab;
}

void *slab_alloc(struct slab_cache *cache)
{
	struct slab *slab;
	void *object = NULL;

	lock_acquire(&cache->lock);
	slab = slab_with_room(cache);
	if (slab) {
		object = slab->free;
		slab->free = *(void **)object;
		slab->in_use++;
		cache->in_use++;
		if (!slab->free)
			list_del(&slab->link);
	}
	lock_release(&cache->lock);
	if (object)
		memset(object, 0, cache->size);
	return object;
}

/* The slab that `object` lies in; panics when it is not an object of `cache`. */
static struct slab *slab_of(struct slab_cache *cache, void *object)
{
	uintptr_t slab_bytes = PAGE_SIZE << cache->order;
	struct slab *slab = (struct slab *)ALIGN_DOWN((uintptr_t)object, slab_bytes);
	uintptr_t offset = (uintptr_t)object - (uintptr_t)slab - header_size(cache->align);

	if (slab->cache != cache || offset % cache->size || offset / cache->size >= cache->per_slab)
		panic("slab '%s': %p is not one of its objects", cache->name, object);
	return slab;
}

void slab_free(struct slab_cache *cache, void *object)
{
	struct slab *slab = slab_of(cache, object);
	bool was_full, now_empty;

	lock_acquire(&cache->lock);
	was_full = !slab->free;
	*(void **)object = slab->free;
	slab->free = object;
	slab->in_use--;
	cache->in_use--;
	if (was_full)
		list_add(&cache->partial, &slab->link);
	/* One empty slab is kept, so that a lone object does not make a frame come and go. */
	now_empty = !slab->in_use && cache->slabs > 1;
	if (now_empty) {
		list_del(&slab->link);
		cache->slabs--;
	}
	lock_release(&cache->lock);
	if (now_empty)
		frames_free(paddr_to_page(direct_map_to_phys(slab)), cache->order);
}
