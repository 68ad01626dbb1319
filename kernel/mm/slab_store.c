/* The caches, and their slabs: what lies behind the magazines of slab.c. */
#include "lib/upcall.h"
#include "mm/frames.h"
#include "mm/phys.h"
#include "mm/slab_guard.h"

#define OBJECTS_WANTED 8 /* a slab grows until it holds so many, up to MAX_ORDER */
#define MAX_ORDER      3
#define MAGAZINE_BYTES KIB(4) /* what one may hold, but for the first object */

struct slab_cache *slab_caches[SLAB_CACHES_MAX];
uint32_t slab_cache_count;

/* --- caches --- */

/* Where things are in a slot, and the slots in a slab. */
static void lay_out(struct slab_cache *cache)
{
	size_t align = cache->align, behind = SLAB_BEHIND;

	cache->link = (uint32_t)slab_link_offset(cache->size, cache->construct);
	if (cache->link)
		behind += cache->link + sizeof(struct slab_link) - cache->size;
	cache->slot = (uint32_t)ALIGN_UP(cache->size + behind, align);
	cache->first = (uint32_t)ALIGN_UP(sizeof(struct slab) + SLAB_BEFORE, align);
	while (cache->order < MAX_ORDER &&
	       (slab_size(cache) - cache->first) / cache->slot < OBJECTS_WANTED)
		cache->order++;
	cache->per_slab = (uint32_t)((slab_size(cache) - cache->first) / cache->slot);
	ASSERT(cache->per_slab > 0);
}

void slab_init_constructed(struct slab_cache *cache, const char *name, size_t size, size_t align,
			   void (*construct)(void *object))
{
	size = ALIGN_UP(MAX(size, sizeof(struct slab_link)), align);
	*cache = (struct slab_cache){.lock = LOCK_INIT(name, RANK_SLAB),
				     .name = name,
				     .construct = construct,
				     .size = (uint32_t)size,
				     .align = (uint32_t)align};
	lay_out(cache);
	list_init(&cache->partial);
	cache->capacity = (uint32_t)MAX(MIN(MAGAZINE_BYTES / size, (size_t)SLAB_MAGAZINE_MAX), 1UL);
	ASSERT(slab_cache_count < SLAB_CACHES_MAX);
	cache->id = slab_cache_count++;
	slab_caches[cache->id] = cache;
}

void slab_init(struct slab_cache *cache, const char *name, size_t size, size_t align)
{
	slab_init_constructed(cache, name, size, align, NULL);
}

/* --- slabs --- */

static void make_object(const struct slab_cache *cache, void *object, void *next)
{
	*slab_link(cache, object) = (struct slab_link){.next = next};
	if (cache->construct)
		cache->construct(object);
	slab_guard_new(cache, object);
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
	object = (char *)slab + cache->first;
	slab->free = object;
	for (uint32_t left = cache->per_slab; left--; object += cache->slot)
		make_object(cache, object, left ? object + cache->slot : NULL);
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

/* A free object of a slab; NULL without memory. [cache's lock] */
static void *take(struct slab_cache *cache)
{
	struct slab *slab = slab_with_room(cache);
	void *object;

	if (!slab)
		return NULL;
	object = slab->free;
	slab->free = slab_link(cache, object)->next;
	slab->in_use++;
	cache->in_use++;
	if (slab == cache->spare)
		cache->spare = NULL;
	if (!slab->free)
		list_del(&slab->link);
	return object;
}

/* [cache's lock] */
static void free_slab(struct slab_cache *cache, struct slab *slab)
{
	list_del(&slab->link);
	cache->slabs--;
	frames_free(paddr_to_page(direct_map_to_phys(slab)), cache->order);
}

/* Put an object back into its slab, which goes with it when it was the last. [cache's lock] */
static void put_back(struct slab_cache *cache, void *object)
{
	struct slab *slab = slab_of(cache, object);

	if (!slab->free)
		list_add(&cache->partial, &slab->link);
	slab_link(cache, object)->next = slab->free;
	slab->free = object;
	slab->in_use--;
	cache->in_use--;
	if (slab->in_use)
		return;
	/* One empty slab is kept, so that a lone object does not make a frame come and go. */
	if (cache->spare)
		free_slab(cache, slab);
	else
		cache->spare = slab;
}

uint32_t slab_take(struct slab_cache *cache, void **objects, uint32_t n)
{
	uint32_t taken = 0;
	void *object;

	lock_acquire(&cache->lock);
	while (taken < n && (object = take(cache)))
		objects[taken++] = object;
	lock_release(&cache->lock);
	return taken;
}

void slab_put(struct slab_cache *cache, void **objects, uint32_t n)
{
	lock_acquire(&cache->lock);
	while (n)
		put_back(cache, objects[--n]);
	lock_release(&cache->lock);
}

bool slab_has_free(const struct slab_cache *cache, const void *object)
{
	const void *free = slab_of(cache, object)->free;

	while (free && free != object)
		free = slab_link(cache, free)->next;
	return free;
}

void slab_drop_spare(struct slab_cache *cache)
{
	lock_acquire(&cache->lock);
	if (cache->spare)
		free_slab(cache, cache->spare);
	cache->spare = NULL;
	lock_release(&cache->lock);
}

/* --- for the census --- */

const struct slab_cache *slab_cache_by_id(uint32_t id)
{
	return id < slab_cache_count ? slab_caches[id] : NULL;
}

static bool is_cache(const struct slab_cache *cache)
{
	for (uint32_t id = 0; id < slab_cache_count; id++) {
		if (slab_caches[id] == cache)
			return true;
	}
	return false;
}

static bool guards_hold(const struct slab *slab)
{
	const char *object = (const char *)slab + slab->cache->first;

	for (uint32_t left = slab->cache->per_slab; left--; object += slab->cache->slot) {
		if (!slab_guard_holds(slab->cache, object))
			return false;
	}
	return true;
}

const char *slab_look(const struct page *head, const struct slab_cache **cache, uint32_t *in_use)
{
	const struct slab *slab = page_to_virt(head);
	uint32_t free = 0;

	if (!is_cache(slab->cache) || slab->cache->order != head->order)
		return "no slab of any cache";
	*cache = slab->cache;
	*in_use = slab->in_use;
	for (const void *object = slab->free; object;
	     object = slab_link(slab->cache, object)->next) {
		if (slab_of(slab->cache, object) != slab || ++free > slab->cache->per_slab)
			return "a slab whose list of free objects is broken";
	}
	if (free + slab->in_use != slab->cache->per_slab)
		return "a slab whose free objects are miscounted";
	if (!guards_hold(slab))
		return "a slab of which an object was written to beyond its bounds";
	return NULL;
}
