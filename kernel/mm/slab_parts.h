/* What the files of the slab caches share. Only slab*.c include it. */
#pragma once

#include "mm/slab.h"

#define SLAB_MAGAZINE_MAX 8 /* objects */

extern struct slab_cache *slab_caches[SLAB_CACHES_MAX]; /* by id; made at boot */
extern uint32_t slab_cache_count;

/* Take up to `n` free objects out of slabs: how many there were. RANK_SLAB, RANK_ZONE. */
uint32_t slab_take(struct slab_cache *cache, void **objects, uint32_t n);

/* Put objects back into their slabs, which go when they hold no others. RANK_SLAB, RANK_ZONE. */
void slab_put(struct slab_cache *cache, void **objects, uint32_t n);

/* Give back the slab that is kept although no object of it is in use. RANK_SLAB, RANK_ZONE. */
void slab_drop_spare(struct slab_cache *cache);

/* Is it a free object of its slab, other than in a magazine? [cache's lock] */
bool slab_has_free(const struct slab_cache *cache, const void *object);

/* A slab is a block of frames: this header, then the objects. It is listed while one is free. */
struct slab {
	struct list link; /* [cache's lock] */
	struct slab_cache *cache;
	void *free;	 /* [cache's lock] first free object */
	uint32_t in_use; /* [cache's lock] */
};

/*
 * What a free object holds, in a slab or in a magazine, at cache->link. The mark makes a second
 * free suspicious; whether it is one, is then looked for.
 */
struct slab_link {
	void *next; /* in its slab */
	uint32_t freed_by, mark;
};

#define SLAB_MARK 0x66726565U /* and the address, so that a copy is no mark */

static inline struct slab_link *slab_link(const struct slab_cache *cache, const void *object)
{
	return (struct slab_link *)((uintptr_t)object + cache->link);
}

static inline uint32_t slab_mark(const struct slab_link *link)
{
	return SLAB_MARK ^ (uint32_t)(uintptr_t)link;
}

/* Code addresses are kept as their lower half. */
static inline uintptr_t slab_caller(uint32_t kept)
{
	return (uintptr_t)(intptr_t)(int32_t)kept;
}

/* Bytes of a slab. */
static inline size_t slab_size(const struct slab_cache *cache)
{
	return PAGE_SIZE << cache->order;
}

/* The slab that the object lies in, if it is one of the cache's. */
static inline struct slab *slab_of(const struct slab_cache *cache, const void *object)
{
	return (struct slab *)ALIGN_DOWN((uintptr_t)object, slab_size(cache));
}
