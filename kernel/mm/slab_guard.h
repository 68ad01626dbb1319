/*
 * What debug builds do about each object of a slab cache: a red zone on either side, which nobody
 * may write to; who took it, and who gave it back; and a free object must stay as it was left. That
 * is a pattern, or, for one that is kept constructed, a sum of its contents. All is looked at when
 * an object changes hands, and the red zones by the census too.
 *
 * A slot, from which the next one follows: object, red zone, struct slab_link, struct slab_guard,
 * red zone of the next. The first object has one between itself and the slab's header.
 */
#pragma once

#include "mm/slab_parts.h"

#ifdef DEBUG

#define SLAB_RED_ZONE 16 /* bytes */

struct slab_guard {
	uint32_t taken_by; /* whom it was handed out to last */
	uint32_t sum;	   /* of a free object that is kept constructed */
};

/* Where the links are, and what comes behind them. */
static inline size_t slab_link_offset(size_t size, bool constructed)
{
	(void)constructed;
	return size + SLAB_RED_ZONE;
}
#define SLAB_BEFORE SLAB_RED_ZONE
#define SLAB_BEHIND (sizeof(struct slab_guard) + SLAB_RED_ZONE)

/* An object of a new slab, which is constructed. */
void slab_guard_new(const struct slab_cache *cache, void *object);

/* It is handed out to `caller`, or comes back from there. They panic when it was misused. */
void slab_guard_take(const struct slab_cache *cache, void *object, uintptr_t caller);
void slab_guard_give(const struct slab_cache *cache, void *object, uintptr_t caller);

/* Are the object's red zones as they should be? */
bool slab_guard_holds(const struct slab_cache *cache, const void *object);

#else

/* An object that is cleared when it is handed out has room for the links while it is free. */
static inline size_t slab_link_offset(size_t size, bool constructed)
{
	return constructed ? size : 0;
}
#define SLAB_BEFORE 0
#define SLAB_BEHIND 0

static inline void slab_guard_new(const struct slab_cache *cache, void *object)
{
	(void)cache;
	(void)object;
}

static inline void slab_guard_take(const struct slab_cache *cache, void *object, uintptr_t caller)
{
	(void)cache;
	(void)object;
	(void)caller;
}

static inline void slab_guard_give(const struct slab_cache *cache, void *object, uintptr_t caller)
{
	(void)cache;
	(void)object;
	(void)caller;
}

static inline bool slab_guard_holds(const struct slab_cache *cache, const void *object)
{
	(void)cache;
	(void)object;
	return true;
}

#endif
