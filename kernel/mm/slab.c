#include "mm/slab.h"

#include "arch/x86_64/cpu.h"
#include "core/symbols.h"
#include "lib/string.h"
#include "lib/upcall.h"
#include "mm/failalloc.h"
#include "mm/slab_guard.h"

#define CALLER ((uintptr_t)__builtin_return_address(0))

struct slab_magazine {
	uint32_t count;
	void *objects[SLAB_MAGAZINE_MAX];
};

static DEFINE_PERCPU(struct slab_magazine, slab_magazines)[SLAB_CACHES_MAX];

static inline struct slab_magazine *magazine_of(const struct slab_cache *cache)
{
	return &(*PERCPU(slab_magazines))[cache->id];
}

/* Fill the empty magazine by half. */
static bool refill(struct slab_cache *cache, struct slab_magazine *m)
{
	m->count = slab_take(cache, m->objects, (cache->capacity + 1) / 2);
	return m->count;
}

/* Give back all but `keep`. */
static void drain_to(struct slab_cache *cache, struct slab_magazine *m, uint32_t keep)
{
	slab_put(cache, m->objects + keep, m->count - keep);
	m->count = keep;
}

/* It is nobody's free object any more: with the mark, if it lies inside, all contents go. */
static inline void *hand_out(const struct slab_cache *cache, void *object, uintptr_t caller)
{
	slab_guard_take(cache, object, caller);
	if (!cache->construct)
		return memset(object, 0, cache->size);
	slab_link(cache, object)->mark = 0;
	return object;
}

static __noinline void *alloc_slowly(struct slab_cache *cache, struct slab_magazine *m,
				     uintptr_t caller)
{
	if (failalloc() || (!m->count && !refill(cache, m)))
		return NULL;
	return hand_out(cache, m->objects[--m->count], caller);
}

/* All that is not the short way is a call at the end, so that it needs no frame of its own. */
void *slab_alloc(struct slab_cache *cache)
{
	struct slab_magazine *m = magazine_of(cache);

	if (unlikely(failalloc_on || !m->count))
		return alloc_slowly(cache, m, CALLER);
	return hand_out(cache, m->objects[--m->count], CALLER);
}

static bool is_object(const struct slab_cache *cache, const void *object)
{
	const struct slab *slab = slab_of(cache, object);
	uintptr_t offset = (uintptr_t)object - (uintptr_t)slab - cache->first;

	return slab->cache == cache && offset % cache->slot == 0 &&
	       offset / cache->slot < cache->per_slab;
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

/* The object bears the mark of a free one: by chance, or because it is. */
static void check_double_free(struct slab_cache *cache, const void *object, uintptr_t caller)
{
	bool is_free;

	lock_acquire(&cache->lock);
	is_free = slab_has_free(cache, object) || in_a_magazine(cache, object);
	lock_release(&cache->lock);
	if (is_free)
		panic("slab '%s': double free of %p in %s; freed before in %s", cache->name, object,
		      symbol_function(caller),
		      symbol_function(slab_caller(slab_link(cache, object)->freed_by)));
}

static inline void keep(const struct slab_cache *cache, struct slab_magazine *m, void *object,
			uintptr_t caller)
{
	struct slab_link *link = slab_link(cache, object);

	slab_guard_give(cache, object, caller);
	link->freed_by = (uint32_t)caller;
	link->mark = slab_mark(link);
	m->objects[m->count++] = object;
}

static __noinline void free_slowly(struct slab_cache *cache, struct slab_magazine *m, void *object,
				   uintptr_t caller)
{
	const struct slab_link *link = slab_link(cache, object);

	if (!is_object(cache, object))
		panic("slab '%s': %p, freed in %s, is not one of its objects", cache->name, object,
		      symbol_function(caller));
	if (link->mark == slab_mark(link))
		check_double_free(cache, object, caller);
	if (m->count == cache->capacity)
		drain_to(cache, m, cache->capacity / 2);
	keep(cache, m, object, caller);
}

void slab_free(struct slab_cache *cache, void *object)
{
	struct slab_magazine *m = magazine_of(cache);
	const struct slab_link *link = slab_link(cache, object);

	if (unlikely(!is_object(cache, object) || link->mark == slab_mark(link) ||
		     m->count == cache->capacity))
		free_slowly(cache, m, object, CALLER);
	else
		keep(cache, m, object, CALLER);
}

void slab_drain(void)
{
	for (uint32_t id = 0; id < slab_cache_count; id++) {
		struct slab_cache *cache = slab_caches[id];

		drain_to(cache, magazine_of(cache), 0);
		slab_drop_spare(cache);
	}
}

uint64_t slab_kept(const struct slab_cache *cache)
{
	uint64_t kept = 0;

	for (uint32_t cpu = 0; cpu < cpu_count; cpu++)
		kept += (*PERCPU_OF(cpu, slab_magazines))[cache->id].count;
	return kept;
}
