/* Rows of mapping memory and of touching it. */
#include "bench.h"

#include <sys/mman.h>

#define KIB(n) ((n) << 10)
#define MIB(n) ((n) << 20)

#define FAULT_SIZE   MIB(4ul) /* zero_fault */
#define PROTECT_SIZE MIB(4ul) /* mprotect_pair */

static inline __attribute__((always_inline)) char *map(unsigned long size)
{
	return (char *)call6(SYS_mmap, 0, (long)size, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

char *bench_map(unsigned long size)
{
	char *p = map(size);

	if ((unsigned long)p > -PAGE)
		bench_fail("mmap", (long)p);
	return p;
}

void bench_unmap(char *p, unsigned long size)
{
	long result = call2(SYS_munmap, (long)p, (long)size);

	if (result)
		bench_fail("munmap", result);
}

static uint64_t map_unmap(unsigned batch)
{
	return TIMED(batch, call2(SYS_munmap, (long)map(PAGE), PAGE));
}

/* One operation of the mmap_touch_munmap rows. */
static inline __attribute__((always_inline)) void map_touch_unmap_once(unsigned long size)
{
	char *p = map(size);

	for (unsigned long at = 0; at < size; at += PAGE)
		touch(p + at);
	call2(SYS_munmap, (long)p, (long)size);
}

static uint64_t map_touch_unmap_4k(unsigned batch)
{
	return TIMED(batch, map_touch_unmap_once(PAGE));
}

static uint64_t map_touch_unmap_64k(unsigned batch)
{
	return TIMED(batch, map_touch_unmap_once(KIB(64ul)));
}

static uint64_t map_touch_unmap_1m(unsigned batch)
{
	return TIMED(batch, map_touch_unmap_once(MIB(1ul)));
}

static uint64_t map_touch_unmap_64m(unsigned batch)
{
	return TIMED(batch, map_touch_unmap_once(MIB(64ul)));
}

static uint64_t zero_fault(unsigned batch)
{
	char *region = bench_map(FAULT_SIZE), *p = region;
	long result = call3(SYS_madvise, (long)region, FAULT_SIZE, MADV_NOHUGEPAGE);
	uint64_t taken;

	if (result)
		bench_fail("madvise", result);
	taken = TIMED(batch, touch(p), p += PAGE);
	bench_unmap(region, FAULT_SIZE);
	return taken;
}

static char *protected;

static bool prepare_protect(void)
{
	protected = bench_map(PROTECT_SIZE);
	touch(protected);
	return true;
}

static uint64_t protect_pair(unsigned batch)
{
	return TIMED(batch, call3(SYS_mprotect, (long)protected, PAGE, PROT_READ),
		     call3(SYS_mprotect, (long)protected, PAGE, PROT_READ | PROT_WRITE));
}

static void finish_protect(void)
{
	bench_unmap(protected, PROTECT_SIZE);
}

static uint64_t break_grow(unsigned batch)
{
	long start = call1(SYS_brk, 0), at = start;
	uint64_t taken = TIMED(batch, call1(SYS_brk, at += PAGE));

	if (call1(SYS_brk, 0) != at || call1(SYS_brk, start) != start)
		bench_fail("brk", start);
	return taken;
}

static uint64_t break_grow_touch(unsigned batch)
{
	long start = call1(SYS_brk, 0), at = start;
	/* The first page that the break did not reach into yet begins at most PAGE - 1 above. */
	uint64_t taken = TIMED(batch, call1(SYS_brk, at += PAGE), touch((char *)at - 1));

	if (call1(SYS_brk, start) != start)
		bench_fail("brk", start);
	return taken;
}

const struct row memory_rows[] = {
	{"mmap_munmap", 100, 20, NULL, map_unmap, NULL},
	{"mmap_touch_munmap_4k", 100, 20, NULL, map_touch_unmap_4k, NULL},
	{"zero_fault", 20, 1024, NULL, zero_fault, NULL},
	{"mmap_touch_munmap_64k", 60, 10, NULL, map_touch_unmap_64k, NULL},
	{"mmap_touch_munmap_1m", 30, 2, NULL, map_touch_unmap_1m, NULL},
	{"mmap_touch_munmap_64m", 5, 1, NULL, map_touch_unmap_64m, NULL},
	{"mprotect_pair", 60, 20, prepare_protect, protect_pair, finish_protect},
	{"brk_grow", 40, 64, NULL, break_grow, NULL},
	{"brk_grow_touch", 40, 64, NULL, break_grow_touch, NULL},
	{.name = NULL},
};
