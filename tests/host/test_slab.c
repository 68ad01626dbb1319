// sources: tests/host/slab_kernel.c kernel/mm/buddy.c kernel/mm/page.c tests/host/host_panic.c
// cflags: -iquote tests/host/model_ram -iquote tests/host/model_cpu
/*
 * Slab caches, with the red zones and patterns of debug builds: what they promise, and that each
 * kind of misuse is named.
 */
#include "host_test.h"

#include "arch/x86_64/cpu.h"
#include "core/symbols.h"
#include "host_panic.h"
#include "mm/buddy.h"
#include "mm/failalloc.h"
#include "mm/frames.h"
#include "mm/phys.h"
#include "mm/slab.h"
#include "slab_kernel.h"

#define FRAMES	1024
#define SIZE	104
#define WORDS	(SIZE / sizeof(uint64_t))
#define OBJECTS 200

/* --- what the caches call of the rest of the kernel --- */

static uint8_t ram[FRAMES * PAGE_SIZE] __aligned_to(1 << 16);
static struct page frames[FRAMES] __aligned_to(FRAMES * sizeof(struct page));
uint8_t *model_ram = ram;
struct page *frame_table = frames;
static struct buddy zone;
struct cpu model_cpus[MODEL_CPUS];
_Thread_local struct cpu *model_cpu = model_cpus;
uint32_t cpu_count = MODEL_CPUS;
bool failalloc_on;
static const struct lock *held;
static struct slab_cache cache;

bool failalloc_counts(void)
{
	return true;
}

struct page *frames_alloc(unsigned int order, enum page_type type)
{
	struct page *page = buddy_alloc(&zone, order, 1);

	if (page)
		page->type = (uint8_t)type;
	return page;
}

void frames_free(struct page *page, unsigned int order)
{
	buddy_free(&zone, page, order, 1);
}

void lock_acquire_at(struct lock *lock, uintptr_t caller)
{
	(void)caller;
	assert_null(held);
	held = lock;
}

void lock_release(struct lock *lock)
{
	assert_ptr_equal(held, lock);
	held = NULL;
}

const char *symbol_function(uintptr_t address)
{
	return address ? "a test" : "?";
}

static void on_cpu(uint32_t id)
{
	model_cpus[id].id = id;
	model_cpu = &model_cpus[id];
}

static int begin(void **state)
{
	(void)state;
	memset(frames, 0, sizeof(frames));
	buddy_init(&zone, "model");
	slab_kernel_forget();
	failalloc_on = false;
	on_cpu(0);
	return buddy_add(&zone, 1, FRAMES) ? 0 : -1;
}

/* --- what they promise --- */

static bool is_zero(const uint64_t *object)
{
	for (size_t i = 0; i < WORDS; i++) {
		if (object[i])
			return false;
	}
	return true;
}

static void objects_are_cleared_and_apart(void **state)
{
	uint64_t *objects[OBJECTS];

	(void)state;
	slab_init(&cache, "apart", SIZE, 64);
	for (int round = 0; round < 3; round++) {
		for (uint64_t i = 0; i < OBJECTS; i++) {
			objects[i] = slab_alloc(&cache);
			assert_non_null(objects[i]);
			assert_true(IS_ALIGNED((uintptr_t)objects[i], 64) && is_zero(objects[i]));
			for (size_t at = 0; at < WORDS; at++)
				objects[i][at] = i + 1;
		}
		assert_int_equal(cache.in_use - slab_kept(&cache), OBJECTS);
		for (uint64_t i = 0; i < OBJECTS; i++) {
			for (size_t at = 0; at < WORDS; at++)
				assert_int_equal(objects[i][at], i + 1);
			slab_free(&cache, objects[i]);
		}
	}
	slab_drain();
	assert_int_equal(cache.slabs, 0);
	assert_int_equal(cache.in_use, 0);
	assert_int_equal(zone.free_frames, zone.frames);
}

static unsigned constructed;

static void construct(void *object)
{
	constructed++;
	memset(object, 0x5a, SIZE);
}

static void construction_is_done_once(void **state)
{
	uint64_t *first, *second;

	(void)state;
	slab_init_constructed(&cache, "constructed", SIZE, 8, construct);
	first = slab_alloc(&cache);
	assert_int_equal(constructed, cache.per_slab);
	assert_int_equal(first[0], 0x5a5a5a5a5a5a5a5a);
	assert_int_equal(first[WORDS - 1], 0x5a5a5a5a5a5a5a5a);
	first[1] = 7;
	slab_free(&cache, first);
	second = slab_alloc(&cache);
	assert_ptr_equal(first, second);
	assert_int_equal(second[1], 7);
	assert_int_equal(constructed, cache.per_slab);
	slab_free(&cache, second);
}

static void without_memory_there_is_none(void **state)
{

	(void)state;
	slab_init(&cache, "none", SIZE, 8);
	failalloc_on = true;
	assert_null(slab_alloc(&cache));
	failalloc_on = false;
	while (frames_alloc(0, PAGE_KERNEL))
		;
	assert_null(slab_alloc(&cache));
	assert_null(held);
}

static void the_census_sees_damage(void **state)
{
	const struct slab_cache *seen;
	uint64_t *object;
	const struct page *head;
	uint32_t in_use;

	(void)state;
	slab_init(&cache, "seen", SIZE, 8);
	object = slab_alloc(&cache);
	head = paddr_to_page(direct_map_to_phys((void *)ALIGN_DOWN((uintptr_t)object, PAGE_SIZE)));
	assert_null(slab_look(head, &seen, &in_use));
	assert_ptr_equal(seen, &cache);
	assert_int_equal(in_use, cache.in_use);
	object[WORDS] ^= 1;
	assert_string_equal(slab_look(head, &seen, &in_use),
			    "a slab of which an object was written to beyond its bounds");
	object[WORDS] ^= 1;
	slab_free(&cache, object);
}

/* --- misuse --- */

static void writing_behind_an_object(void **state)
{
	uint64_t *object;

	(void)state;
	slab_init(&cache, "behind", SIZE, 8);
	object = slab_alloc(&cache);
	object[WORDS] = 0xabc;
	EXPECT_PANIC(slab_free(&cache, object), "was written to behind its end: abc at ");
	assert_non_null(strstr(host_panic_text, "slab 'behind': "));
	assert_non_null(strstr(host_panic_text, "; taken in a test, freed in a test"));
}

static void writing_before_an_object(void **state)
{
	uint64_t *object;

	(void)state;
	slab_init(&cache, "before", SIZE, 64);
	object = slab_alloc(&cache);
	((uint8_t *)object)[-1] = 0;
	EXPECT_PANIC(slab_free(&cache, object), "was written to before its start: bbbbbbbbbbbbbb ");
}

/* The neighbour of one that is free: seen when that is handed out. */
static void writing_behind_a_free_object(void **state)
{
	uint64_t *object;

	(void)state;
	slab_init(&cache, "free", SIZE, 8);
	object = slab_alloc(&cache);
	slab_free(&cache, object);
	object[WORDS + 1] = 0;
	EXPECT_PANIC(slab_alloc(&cache), "was written to behind its end: 0 at ");
}

static void writing_to_a_free_object(void **state)
{
	uint64_t *object;

	(void)state;
	slab_init(&cache, "after", SIZE, 8);
	object = slab_alloc(&cache);
	slab_free(&cache, object);
	object[WORDS - 1] = 5;
	EXPECT_PANIC(slab_alloc(&cache), "was written to: 5 at offset 0x60; freed in a test");
}

static void writing_to_a_free_constructed_object(void **state)
{
	uint64_t *object;

	(void)state;
	slab_init_constructed(&cache, "kept", SIZE, 8, construct);
	object = slab_alloc(&cache);
	slab_free(&cache, object);
	object[3]++;
	EXPECT_PANIC(slab_alloc(&cache), "was written to; freed in a test");
}

static void freeing_twice(void **state)
{
	uint64_t *object, *neighbour;

	(void)state;
	slab_init(&cache, "twice", SIZE, 8);
	object = slab_alloc(&cache);
	neighbour = slab_alloc(&cache);
	assert_non_null(neighbour);
	slab_free(&cache, object);
	EXPECT_PANIC(slab_free(&cache, object), " in a test; freed before in a test");
	on_cpu(1); /* while it lies in another's magazine */
	EXPECT_PANIC(slab_free(&cache, object), "slab 'twice': double free of ");
	on_cpu(0);
	slab_drain(); /* and in its slab */
	EXPECT_PANIC(slab_free(&cache, object), "slab 'twice': double free of ");
}

static void freeing_what_is_no_object(void **state)
{
	static struct slab_cache other;
	uint64_t *object;

	(void)state;
	slab_init(&cache, "own", SIZE, 8);
	slab_init(&other, "other", SIZE, 8);
	object = slab_alloc(&cache);
	EXPECT_PANIC(slab_free(&cache, object + 1), ", freed in a test, is not one of its objects");
	EXPECT_PANIC(slab_free(&other, object), "slab 'other': ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(objects_are_cleared_and_apart, begin),
		cmocka_unit_test_setup(construction_is_done_once, begin),
		cmocka_unit_test_setup(without_memory_there_is_none, begin),
		cmocka_unit_test_setup(the_census_sees_damage, begin),
		cmocka_unit_test_setup(writing_behind_an_object, begin),
		cmocka_unit_test_setup(writing_before_an_object, begin),
		cmocka_unit_test_setup(writing_behind_a_free_object, begin),
		cmocka_unit_test_setup(writing_to_a_free_object, begin),
		cmocka_unit_test_setup(writing_to_a_free_constructed_object, begin),
		cmocka_unit_test_setup(freeing_twice, begin),
		cmocka_unit_test_setup(freeing_what_is_no_object, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
