#include "mm/slab_guard.h"

#ifdef DEBUG

#include "core/symbols.h"
#include "lib/upcall.h"
#include "mm/poison.h"

#define RED 0xbb

static struct slab_guard *guard_of(const struct slab_cache *cache, const void *object)
{
	return (struct slab_guard *)(slab_link(cache, object) + 1);
}

/* --- red zones --- */

static uint64_t *zone_before(const void *object)
{
	return (uint64_t *)((uintptr_t)object - SLAB_RED_ZONE);
}

static uint64_t *zone_behind(const struct slab_cache *cache, const void *object)
{
	return (uint64_t *)((uintptr_t)object + cache->size);
}

/* The first word of a red zone that is not what it should be, or NULL. */
static const uint64_t *find_damage(const uint64_t *zone)
{
	size_t at = poison_find(zone, SLAB_RED_ZONE, RED);

	return at < SLAB_RED_ZONE ? zone + at / sizeof(*zone) : NULL;
}

static void check_zone(const struct slab_cache *cache, const void *object, const uint64_t *zone,
		       uintptr_t freed_by)
{
	const uint64_t *damage = find_damage(zone);

	if (damage)
		panic("slab '%s': %p was written to %s: %lx at %p; taken in %s, freed in %s",
		      cache->name, object,
		      (uintptr_t)zone < (uintptr_t)object ? "before its start" : "behind its end",
		      *damage, (const void *)damage,
		      symbol_function(slab_caller(guard_of(cache, object)->taken_by)),
		      symbol_function(freed_by));
}

static void check_zones(const struct slab_cache *cache, const void *object, uintptr_t freed_by)
{
	check_zone(cache, object, zone_before(object), freed_by);
	check_zone(cache, object, zone_behind(cache, object), freed_by);
}

bool slab_guard_holds(const struct slab_cache *cache, const void *object)
{
	return !find_damage(zone_before(object)) && !find_damage(zone_behind(cache, object));
}

/* --- contents --- */

/* Sums of sums, so that the order of words counts. */
static uint32_t sum_of(const struct slab_cache *cache, const void *object)
{
	const uint32_t *words = object;
	uint32_t sum = 1, sums = 0;

	for (size_t i = 0; i < cache->size / sizeof(*words); i++) {
		sum += words[i];
		sums += sum;
	}
	return sum ^ sums;
}

/* The object is free now, and nobody may change it. */
static void seal(const struct slab_cache *cache, void *object)
{
	if (cache->construct)
		guard_of(cache, object)->sum = sum_of(cache, object);
	else
		poison_fill(object, cache->size, POISON);
}

static void check_poison(const struct slab_cache *cache, const void *object, const char *freed_by)
{
	const uint64_t *words = object;
	size_t at = poison_find(object, cache->size, POISON);

	if (at < cache->size)
		panic("slab '%s': free object %p was written to: %lx at offset 0x%lx; freed in %s",
		      cache->name, object, words[at / sizeof(*words)], at, freed_by);
}

static void check_sum(const struct slab_cache *cache, const void *object, const char *freed_by)
{
	if (guard_of(cache, object)->sum != sum_of(cache, object))
		panic("slab '%s': free object %p was written to; freed in %s", cache->name, object,
		      freed_by);
}

static void check_seal(const struct slab_cache *cache, const void *object)
{
	const char *by = symbol_function(slab_caller(slab_link(cache, object)->freed_by));

	if (cache->construct)
		check_sum(cache, object, by);
	else
		check_poison(cache, object, by);
}

/* --- the object changes hands --- */

void slab_guard_new(const struct slab_cache *cache, void *object)
{
	poison_fill(zone_before(object), SLAB_RED_ZONE, RED);
	poison_fill(zone_behind(cache, object), SLAB_RED_ZONE, RED);
	*guard_of(cache, object) = (struct slab_guard){0};
	seal(cache, object);
}

void slab_guard_take(const struct slab_cache *cache, void *object, uintptr_t caller)
{
	struct slab_link *link = slab_link(cache, object);

	check_zones(cache, object, slab_caller(link->freed_by));
	check_seal(cache, object);
	link->mark = 0;
	guard_of(cache, object)->taken_by = (uint32_t)caller;
}

void slab_guard_give(const struct slab_cache *cache, void *object, uintptr_t caller)
{
	check_zones(cache, object, caller);
	seal(cache, object);
}

#endif
