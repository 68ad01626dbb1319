/*
 * Caches of kernel objects of one size, on frames of the allocator; there is no other heap. Each
 * CPU keeps a few free objects of each cache, its magazine, so that most calls take no lock.
 */
#pragma once

#include "core/lock.h"
#include "lib/list.h"

struct slab_cache {
	struct lock lock;
	const char *name;
	uint32_t size; /* bytes of an object, a multiple of its alignment */
	uint32_t align;
	uint32_t order;	     /* a slab is 2^order frames */
	uint32_t per_slab;   /* objects in one */
	uint32_t id;	     /* of its magazines */
	uint32_t capacity;   /* of a magazine */
	struct list partial; /* [lock] slabs with a free object */
	uint64_t slabs;	     /* [lock] */
	uint64_t in_use;     /* [lock] objects, those in magazines too */
};

/* Make `cache` one for objects of `size` bytes, aligned to `align` (8..4096, a power of two). */
void slab_init(struct slab_cache *cache, const char *name, size_t size, size_t align);

/* An object, cleared; NULL without memory. Takes RANK_SLAB, RANK_ZONE. */
void *slab_alloc(struct slab_cache *cache);

/* Give one back. Panics when it is not an object of the cache. Takes RANK_SLAB, RANK_ZONE. */
void slab_free(struct slab_cache *cache, void *object);

/* Give the objects in this CPU's magazines back to their slabs. Takes RANK_SLAB, RANK_ZONE. */
void slab_drain(void);
