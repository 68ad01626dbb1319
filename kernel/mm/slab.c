#include "mm/slab.h"

#include "arch/x86_64/cpu.h"
#include "core/symbols.h"
#include "lib/string.h"
#include "lib/upcall.h"
#include "mm/failalloc.h"
#include "mm/frames.h"
#include "mm/phys.h"
#include "mm/poison.h"

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

/*
 * What a free object holds, in a slab or in a magazine. The mark makes a second free suspicious;
 * whether it is one, is then looked for.
 */
struct free_object {
	void *next; /* in its slab */
	uint32_t freed_by, mark;
};

#define FREE_MARK      0x66726565U /* and the address, so that a copy is no mark */
#define OBJECTS_WANTED 8	   /* a slab grows until it holds so many, up to MAX_ORDER */
#define MAX_ORDER      3
#define MAGAZINE_MAX   8      /* objects */
#define MAGAZINE_BYTES KIB(4) /* what one may hold, but for the first object */

static struct slab_cache *caches[SLAB_CACHES_MAX]; /* by id; made at boot */
static uint32_t cache_count;

static size_t header_size(size_t align)
{
	return ALIGN_UP(sizeof(struct slab), align);
}

void slab_init(struct slab_cache *cache, const char *name, size_t size, size_t align)
{
	uint32_t order = 0;

	size = ALIGN_UP(MAX(size, sizeof(struct free_object)), align);
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
	cache->capacity = (uint32_t)MAX(MIN(MAGAZINE_BYTES / size, (size_t)MAGAZINE_MAX), 1UL);
	ASSERT(cache_count < SLAB_CACHES_MAX);
	cache->id = cache_count++;
	caches[cache->id] = cache;
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
	for (uint32_t i = 1; i <= cache->per_slab; i++, object += cache->size)
		*(struct free_object *)object = (struct free_object){
			.next = i < cache->per_slab ? object + cache->size : NULL};
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
	slab->free = *(void **)object;
	slab->in_use++;
	cache->in_use++;
	if (slab == cache->spare)
		cache->spare = NULL;
	if (!slab->free)
		list_del(&slab->link);
	return object;
}

static struct slab *slab_of(const struct slab_cache *cache, const void *object)
{
	return (struct slab *)ALIGN_DOWN((uintptr_t)object, PAGE_SIZE << cache->order);
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
	*(void **)object = slab->free;
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

/* --- magazines --- */

struct slab_magazine {
	uint32_t count;
	void *objects[MAGAZINE_MAX];
};

static DEFINE_PERCPU(struct slab_magazine, slab_magazines)[SLAB_CACHES_MAX];

static inline struct slab_magazine *magazine_of(const struct slab_cache *cache)
{
	return &(*PERCPU(slab_magazines))[cache->id];
}

/* Fill the empty magazine by half. */
static __noinline bool refill(struct slab_cache *cache, struct slab_magazine *m)
{
	void *object;

	lock_acquire(&cache->lock);
	while (m->count < (cache->capacity + 1) / 2 && (object = take(cache)))
		m->objects[m->count++] = object;
	lock_release(&cache->lock);
	return m->count;
}

/* Give back all but `keep`. */
static __noinline void drain_to(struct slab_cache *cache, struct slab_magazine *m, uint32_t keep)
{
	lock_acquire(&cache->lock);
	while (m->count > keep)
		put_back(cache, m->objects[--m->count]);
	lock_release(&cache->lock);
}

static uint32_t mark_of(const struct free_object *object)
{
	return FREE_MARK ^ (uint32_t)(uintptr_t)object;
}

/* An object that was never freed since its slab was made holds no pattern. */
static void check_poison(const struct slab_cache *cache, const struct free_object *object)
{
	if (object->mark == mark_of(object))
		poison_check_object(object + 1, cache->size - sizeof(*object), cache->name);
}

void *slab_alloc(struct slab_cache *cache)
{
	struct slab_magazine *m = magazine_of(cache);
	void *object;

	if (failalloc() || (unlikely(!m->count) && !refill(cache, m)))
		return NULL;
	object = m->objects[--m->count];
	check_poison(cache, object);
	return memset(object, 0, cache->size);
}

/* Panics when the address is not one of the cache's objects. */
static void check_object(const struct slab_cache *cache, const void *object)
{
	const struct slab *slab = slab_of(cache, object);
	uintptr_t offset = (uintptr_t)object - (uintptr_t)slab - header_size(cache->align);

	if (slab->cache != cache || offset % cache->size || offset / cache->size >= cache->per_slab)
		panic("slab '%s': %p is not one of its objects", cache->name, object);
}

static bool in_a_magazine(const struct slab_cache *cache, const void *object)
{
	for (uint32_t cpu = 0; cpu < cpu_count; cpu++) {
		const struct slab_magazine *m = &(*PERCPU_OF(cpu, slab_magazines))[cache->id];

		for (uint32_t i = 0; i < m->count; i++) {
			if (m->objects[i] == object)
				return true;
		}
	}
	return false;
}

/* [cache's lock] */
static bool in_its_slab(const struct slab_cache *cache, const void *object)
{
	const struct free_object *free = slab_of(cache, object)->free;

	while (free && free != object)
		free = free->next;
	return free;
}

/* The object bears the mark of a free one: by chance, or because it is. */
static __noinline void check_double_free(struct slab_cache *cache, const struct free_object *object,
					 uintptr_t caller)
{
	bool is_free;

	lock_acquire(&cache->lock);
	is_free = in_its_slab(cache, object) || in_a_magazine(cache, object);
	lock_release(&cache->lock);
	if (is_free)
		panic("slab '%s': double free of %p in %s; freed before in %s", cache->name,
		      (const void *)object, symbol_function(caller),
		      symbol_function((uintptr_t)(int32_t)object->freed_by));
}

void slab_free(struct slab_cache *cache, void *object)
{
	uintptr_t caller = (uintptr_t)__builtin_return_address(0);
	struct slab_magazine *m = magazine_of(cache);
	struct free_object *freed = object;

	check_object(cache, object);
	if (unlikely(freed->mark == mark_of(freed)))
		check_double_free(cache, freed, caller);
	if (unlikely(m->count == cache->capacity))
		drain_to(cache, m, cache->capacity / 2);
	poison_object(freed + 1, cache->size - sizeof(*freed));
	freed->freed_by = (uint32_t)caller;
	freed->mark = mark_of(freed);
	m->objects[m->count++] = object;
}

static void drop_spare(struct slab_cache *cache)
{
	lock_acquire(&cache->lock);
	if (cache->spare)
		free_slab(cache, cache->spare);
	cache->spare = NULL;
	lock_release(&cache->lock);
}

void slab_drain(void)
{
	for (uint32_t id = 0; id < cache_count; id++) {
		struct slab_cache *cache = caches[id];

		drain_to(cache, magazine_of(cache), 0);
		drop_spare(cache);
	}
}

/* --- for the census --- */

const struct slab_cache *slab_cache_by_id(uint32_t id)
{
	return id < cache_count ? caches[id] : NULL;
}

uint64_t slab_kept(const struct slab_cache *cache)
{
	uint64_t kept = 0;

	for (uint32_t cpu = 0; cpu < cpu_count; cpu++)
		kept += (*PERCPU_OF(cpu, slab_magazines))[cache->id].count;
	return kept;
}

static bool is_cache(const struct slab_cache *cache)
{
	for (uint32_t id = 0; id < cache_count; id++) {
		if (caches[id] == cache)
			return true;
	}
	return false;
}

const char *slab_look(const struct page *head, const struct slab_cache **cache, uint32_t *in_use)
{
	const struct slab *slab = page_to_virt(head);
	uint32_t free = 0;

	if (!is_cache(slab->cache) || slab->cache->order != head->order)
		return "no slab of any cache";
	*cache = slab->cache;
	*in_use = slab->in_use;
	for (const void *object = slab->free; object; object = *(void *const *)object) {
		if (slab_of(slab->cache, object) != slab || ++free > slab->cache->per_slab)
			return "a slab whose list of free objects is broken";
	}
	if (free + slab->in_use != slab->cache->per_slab)
		return "a slab whose free objects are miscounted";
	return NULL;
}
