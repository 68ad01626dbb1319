/*
 * Caches of kernel objects of one size, on frames of the allocator; there is no other heap. Each
 * CPU keeps a few free objects of each cache, its magazine, so that most calls take no lock.
 *
 * Debug builds put red zones around each object, note who took it and who gave it back, and look
 * whether a free one is as it was left: see slab_guard.h.
 */
#pragma once

#include "core/lock.h"
#include "lib/list.h"

struct page;

#define SLAB_CACHES_MAX 16

struct slab_cache {
	struct lock lock;
	const char *name;
	void (*construct)(void *object); /* NULL: objects are cleared when they are handed out */
	uint32_t size;			 /* bytes of an object, a multiple of its alignment */
	uint32_t align;
	uint32_t slot;	     /* bytes from one object to the next */
	uint32_t link;	     /* where a free object has its links, in bytes from its start */
	uint32_t first;	     /* where the first object is, in bytes from the start of its slab */
	uint32_t order;	     /* a slab is 2^order frames */
	uint32_t per_slab;   /* objects in one */
	uint32_t id;	     /* of its magazines */
	uint32_t capacity;   /* of a magazine */
	struct list partial; /* [lock] slabs with a free object */
	struct slab *spare;  /* [lock] the one of them that has no object in use, if any */
	uint64_t slabs;	     /* [lock] */
	uint64_t in_use;     /* [lock] objects, those in magazines too */
};

/* Make `cache` one for objects of `size` bytes, aligned to `align` (8..4096, a power of two). */
void slab_init(struct slab_cache *cache, const char *name, size_t size, size_t align);

/*
 * The same for objects that are kept constructed: `construct` is called once for each, when its
 * slab is made, with the cache's lock held; who gives one back leaves it as that did, or as he
 * wants to find one.
 */
void slab_init_constructed(struct slab_cache *cache, const char *name, size_t size, size_t align,
			   void (*construct)(void *object));

/* An object, cleared or constructed; NULL without memory. Takes RANK_SLAB, RANK_ZONE. */
void *slab_alloc(struct slab_cache *cache);

/*
 * Give one back. Panics when it is not an object of the cache, or free already. Takes RANK_SLAB,
 * RANK_ZONE.
 */
void slab_free(struct slab_cache *cache, void *object);

/* Give the objects in this CPU's magazines back to their slabs, and those without any to the zones.
 * Takes RANK_SLAB, RANK_ZONE. */
void slab_drain(void);

/* For the census and statistics: the cache of that number, from 0; NULL behind the last. */
const struct slab_cache *slab_cache_by_id(uint32_t id);

/* Objects of the cache that lie in magazines, of all CPUs. A hint, unless nobody allocates. */
uint64_t slab_kept(const struct slab_cache *cache);

/*
 * What is wrong with the slab that `head` is the first frame of, in words, or NULL: then its cache,
 * and the number of its objects in use (those in magazines too). Nobody may allocate meanwhile.
 */
const char *slab_look(const struct page *head, const struct slab_cache **cache, uint32_t *in_use);
