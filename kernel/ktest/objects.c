/* Objects of slab caches, misused: each case must be named by the panic that it causes. */
#include "ktest/ktest.h"
#include "lib/upcall.h"
#include "mm/slab.h"

#define SIZE KIB(1)

static struct slab_cache cache;

static __noinline uint64_t *new_object(void)
{
	uint64_t *object;

	slab_init(&cache, "test", SIZE, sizeof(*object));
	object = slab_alloc(&cache);
	ASSERT(object);
	return object;
}

static void object_double_free(uint32_t cpu)
{
	uint64_t *object = new_object();

	(void)cpu;
	slab_free(&cache, object);
	slab_free(&cache, object);
	panic("a double free was not seen");
}
KTEST("object-double-free", object_double_free);

static void object_no_start(uint32_t cpu)
{
	uint64_t *object = new_object();

	(void)cpu;
	slab_free(&cache, object + 1);
	panic("what is no object was taken back");
}
KTEST("object-no-start", object_no_start);

/* The others are found in debug builds only: the first two when the object is given back, */

static void object_overrun(uint32_t cpu)
{
	uint64_t *object = new_object();

	(void)cpu;
	object[SIZE / sizeof(*object)] = 1;
	slab_free(&cache, object);
	panic("an overrun was not seen");
}
KTEST("object-overrun", object_overrun);

static void object_underrun(uint32_t cpu)
{
	uint64_t *object = new_object();

	(void)cpu;
	object[-1] = 1;
	slab_free(&cache, object);
	panic("an underrun was not seen");
}
KTEST("object-underrun", object_underrun);

/* and this when it is handed out again. */
static void object_write_after_free(uint32_t cpu)
{
	uint64_t *object = new_object();

	(void)cpu;
	slab_free(&cache, object);
	object[2] = 1;
	(void)slab_alloc(&cache);
	panic("a write to a free object was not seen");
}
KTEST("object-write-after-free", object_write_after_free);
