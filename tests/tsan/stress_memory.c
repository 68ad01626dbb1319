// sources: kernel/mm/buddy.c kernel/mm/frames.c kernel/mm/page.c kernel/mm/zones.c
// sources: kernel/mm/slab.c kernel/mm/slab_store.c kernel/core/lock.c
/*
 * The frame allocator, the slab caches, the magazines of both and the locks, unchanged, under
 * ThreadSanitizer on CPUs that are threads. Each allocates, writes, hands over to whoever comes
 * by, and gives back what others allocated; what it finds in the memory must be what was written.
 * What may race in the kernel's code says so there, by `__racy`.
 *
 * usage: stress_memory OPERATIONS [PLANT]
 *
 * OPERATIONS of each CPU. PLANT is a defect, of which ThreadSanitizer must tell: the name of the
 * locks that nobody takes, or `magazines` for two CPUs that use the same ones. SEED=n repeats a
 * run, as far as threads can.
 */
#include <pthread.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arch/x86_64/cpu.h"
#include "core/log.h"
#include "core/panic.h"
#include "core/symbols.h"
#include "mm/failalloc.h"
#include "mm/frames.h"
#include "mm/online.h"
#include "mm/phys.h"
#include "mm/slab.h"
#include "seed.h"

#define FRAMES	    8192 /* in two zones */
#define FIRST_HALF  (FRAMES / 2)
#define PIECE	    128 /* frames that come online in one go */
#define PLACES	    128 /* of each kind, where memory lies that any CPU may take */
#define DRAIN_EVERY 512

static uint8_t ram[FRAMES * PAGE_SIZE] __aligned_to(1 << 16);
static struct page frame_entries[FRAMES] __aligned_to(FRAMES * sizeof(struct page));
uint8_t *model_ram = ram;
struct page *frame_table = frame_entries;
struct cpu model_cpus[MODEL_CPUS];
_Thread_local struct cpu *model_cpu;
uint32_t cpu_count = MODEL_CPUS;
bool failalloc_on;

static uint64_t operations, seed;
static const char *plant = "";

/* --- what the kernel's code calls of the rest --- */

void panic(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	fprintf(stderr, "panic: ");
	vfprintf(stderr, fmt, args);
	fprintf(stderr, "\n");
	abort();
}

void log_line(const char *fmt, ...)
{
	(void)fmt;
}

bool panic_active(void)
{
	return false;
}

const char *symbol_function(uintptr_t address)
{
	(void)address;
	return "?";
}

void smp_poll(void)
{
	sched_yield();
}

bool failalloc_counts(void)
{
	return false;
}

uint64_t online_bytes_left = (FRAMES - FIRST_HALF) * PAGE_SIZE;

/* Reads the count of free frames, as the kernel's does. */
void online_check_free(void)
{
	if (frames_free_count() > FRAMES)
		panic("more frames are free than there are");
}

void online_note_unused(uint64_t frames)
{
	panic("%llu frames are not used", (unsigned long long)frames);
}

/* --- planted defects: the linker puts these before the kernel's functions --- */

void __real_lock_acquire_at(struct lock *lock, uintptr_t caller);
void __real_lock_release(struct lock *lock);
void __wrap_lock_acquire_at(struct lock *lock, uintptr_t caller);
void __wrap_lock_release(struct lock *lock);

void __wrap_lock_acquire_at(struct lock *lock, uintptr_t caller)
{
	if (strcmp(lock->name, plant) != 0)
		__real_lock_acquire_at(lock, caller);
}

void __wrap_lock_release(struct lock *lock)
{
	if (strcmp(lock->name, plant) != 0)
		__real_lock_release(lock);
}

const char *__tsan_default_options(void);

const char *__tsan_default_options(void)
{
	return "halt_on_error=1 history_size=5";
}

/* --- kinds of memory --- */

static void construct(void *object);

static struct slab_cache small, large, kept;

enum kind { FRAME, ZEROED, SHARED, PAIR, BLOCK, SMALL, LARGE, KEPT, KINDS };

static const struct {
	unsigned order;
	struct slab_cache *cache;
	size_t size;
} kinds[KINDS] = {
	[FRAME] = {.size = PAGE_SIZE},
	[ZEROED] = {.size = PAGE_SIZE},
	[SHARED] = {.size = PAGE_SIZE},
	[PAIR] = {.order = 1, .size = 2 * PAGE_SIZE},
	[BLOCK] = {.order = 5, .size = 32 * PAGE_SIZE},
	[SMALL] = {.cache = &small, .size = 40},
	[LARGE] = {.cache = &large, .size = 1000},
	[KEPT] = {.cache = &kept, .size = 200},
};

static void *places[KINDS][PLACES]; /* atomic */

static void construct(void *object)
{
	memset(object, 0, kinds[KEPT].size);
}

static void *virt(struct page *page)
{
	return page ? page_to_virt(page) : NULL;
}

static struct page *page_of(const void *memory)
{
	return paddr_to_page(direct_map_to_phys(memory));
}

static void *allocate(enum kind kind)
{
	if (kinds[kind].cache)
		return slab_alloc(kinds[kind].cache);
	if (kinds[kind].order)
		return virt(frames_alloc(kinds[kind].order, PAGE_KERNEL));
	return virt(kind == ZEROED ? frame_alloc_zeroed(PAGE_ANON) : frame_alloc(PAGE_ANON));
}

static void release(enum kind kind, void *memory)
{
	if (kinds[kind].cache)
		slab_free(kinds[kind].cache, memory);
	else if (kinds[kind].order)
		frames_free(page_of(memory), kinds[kind].order);
	else if (kind == SHARED)
		frame_put(page_of(memory));
	else
		frame_free(page_of(memory));
}

/* --- contents: a few words of each, the first and the last among them --- */

static uint64_t stamp(const void *memory)
{
	return (uintptr_t)memory * 0x9e3779b97f4a7c15UL;
}

static size_t step(enum kind kind)
{
	return kinds[kind].size > 256 ? kinds[kind].size / sizeof(uint64_t) - 1 : 1;
}

static void set_words(enum kind kind, uint64_t *memory, uint64_t value)
{
	for (size_t i = 0; i < kinds[kind].size / sizeof(*memory); i += step(kind))
		memory[i] = value;
}

static void expect_words(enum kind kind, const uint64_t *memory, uint64_t value)
{
	for (size_t i = 0; i < kinds[kind].size / sizeof(*memory); i += step(kind)) {
		if (memory[i] != value)
			panic("kind %d: %p holds %llx at %zu", (int)kind, (const void *)memory,
			      (unsigned long long)memory[i], i);
	}
}

/* Frames and blocks come with anything in them, the others with zeros. */
static void fill(enum kind kind, void *memory)
{
	if (kind == ZEROED || kinds[kind].cache)
		expect_words(kind, memory, 0);
	set_words(kind, memory, stamp(memory));
}

/* What is given back is as it was filled; what is kept constructed is left so. */
static void check(enum kind kind, void *memory)
{
	expect_words(kind, memory, stamp(memory));
	if (kind == KEPT)
		set_words(kind, memory, 0);
}

/* --- the CPUs --- */

static uint64_t below(uint64_t *state, uint64_t limit)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return (*state * 0x2545f4914f6cdd1dULL >> 32) % limit;
}

/* Put it where others find it, and give back what lay there. */
static void put_down(enum kind kind, size_t place, void *memory)
{
	void *found = __atomic_exchange_n(&places[kind][place], memory, __ATOMIC_ACQ_REL);

	if (!found)
		return;
	check(kind, found);
	release(kind, found);
}

static void operate(uint64_t *rnd)
{
	enum kind kind = (enum kind)below(rnd, KINDS);
	size_t place = below(rnd, PLACES);
	void *memory = below(rnd, 2) ? allocate(kind) : NULL;

	if (memory)
		fill(kind, memory);
	if (memory && kind == SHARED) {
		page_get(page_of(memory));
		put_down(kind, below(rnd, PLACES), memory);
	}
	put_down(kind, place, memory);
}

static void *run(void *arg)
{
	uint32_t id = (uint32_t)(uintptr_t)arg;
	uint64_t rnd = seed + id;
	pfn_t offline = FIRST_HALF;

	model_cpu = &model_cpus[strcmp(plant, "magazines") == 0 ? 0 : id];
	for (uint64_t i = 1; i <= operations; i++) {
		operate(&rnd);
		if (below(&rnd, DRAIN_EVERY) == 0)
			slab_drain();
		if (below(&rnd, DRAIN_EVERY) == 0)
			frames_drain();
		if (id == 0 && i % PIECE == 0 && offline < FRAMES) {
			frames_add(offline, offline + PIECE);
			offline += PIECE;
			__atomic_store_n(&online_bytes_left, (FRAMES - offline) * PAGE_SIZE,
					 __ATOMIC_RELAXED);
		}
	}
	return NULL;
}

/* --- begin and end --- */

static void begin(void)
{
	frames_init();
	for (uint32_t id = 0; id < MODEL_CPUS; id++) {
		model_cpus[id].id = id;
		model_cpu = &model_cpus[id];
		frames_init_cpu(GIB(1));
	}
	frames_add(1, FIRST_HALF);
	slab_init(&small, "slab", kinds[SMALL].size, 8);
	slab_init(&large, "slab", kinds[LARGE].size, 64);
	slab_init_constructed(&kept, "slab", kinds[KEPT].size, 8, construct);
}

/* All is given back: nothing may be missing. */
static void end(void)
{
	for (size_t i = 0; i < KINDS * PLACES; i++)
		put_down((enum kind)(i / PLACES), i % PLACES, NULL);
	for (uint32_t id = 0; id < MODEL_CPUS; id++) {
		model_cpu = &model_cpus[id];
		slab_drain();
		frames_drain();
	}
	if (frames_free_count() != frames_total() || small.slabs || large.slabs || kept.slabs)
		panic("%llu frames are missing",
		      (unsigned long long)(frames_total() - frames_free_count()));
	printf("stress_memory: %u CPUs, %llu operations each, %llu frames\n", MODEL_CPUS,
	       (unsigned long long)operations, (unsigned long long)frames_total());
}

int main(int argc, char **argv)
{
	pthread_t threads[MODEL_CPUS];

	operations = argc > 1 ? strtoull(argv[1], NULL, 0) : 0;
	plant = argc > 2 ? argv[2] : "";
	seed = test_seed("stress_memory", 9);
	begin();
	for (uintptr_t id = 0; id < MODEL_CPUS; id++) {
		if (pthread_create(&threads[id], NULL, run, (void *)id))
			panic("no thread");
	}
	for (uint32_t id = 0; id < MODEL_CPUS; id++)
		pthread_join(threads[id], NULL);
	end();
	return 0;
}
