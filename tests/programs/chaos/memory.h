// Part of chaos.c: chance, what must hold, and memory whose contents are known.
#pragma once

#include "../say.h"

#define AREAS	    16
#define LARGE_AREAS 2
#define AREA_UNITS  40 // at most
#define LARGE_UNIT  (25 * PAGE)
#define STACK_PAGES 64 // at most, of a growth

// An area is made of units, pages or larger ones; each holds zero, or what value_of() says once it
// has been filled.
struct area {
	char *at;
	size_t unit; // bytes
	uint32_t units, tag;
	uint64_t filled, read_only; // a bit a unit
};

static struct area areas[AREAS];
static unsigned *wrong; // shared by all that came by fork
static uint64_t seed;

static uint32_t below(uint32_t limit)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)(seed >> 20) % limit;
}

static void expect(bool holds, const char *what, long value)
{
	if (holds)
		return;
	say("%s: %ld WRONG\n", what, value);
	__atomic_fetch_add(wrong, 1, __ATOMIC_RELAXED);
}

// What was asked for was done, or there was no memory for it.
static bool done(long result, const char *what)
{
	expect(result >= 0 || result == -ENOMEM || result == -EAGAIN, what, result);
	return result >= 0;
}

static uint64_t *word_of(const struct area *area, uint32_t unit)
{
	return (uint64_t *)(area->at + unit * area->unit + (area->tag & (PAGE - 8)));
}

static uint64_t value_of(const struct area *area, uint32_t unit)
{
	return (uint64_t)area->tag << 32 | unit | 1ul << 31;
}

static void check_area(const struct area *area)
{
	for (uint32_t i = 0; area->at && i < area->units; i++) {
		uint64_t filled = area->filled >> i & 1;

		expect(*word_of(area, i) == filled * value_of(area, i), "a unit",
		       (long)*word_of(area, i));
	}
}

static void check_areas(void)
{
	for (int i = 0; i < AREAS; i++)
		check_area(&areas[i]);
}

// The areas behind the first ones are of pages only, so that not all is large.
static void map(struct area *area)
{
	size_t unit = area < &areas[LARGE_AREAS] && below(2) ? LARGE_UNIT : PAGE;
	uint32_t units = 1 + below(AREA_UNITS);
	long at = sys(SYS_mmap, 0, units * unit, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1);

	if (done(at, "mmap"))
		*area = (struct area){
			.at = (char *)at, .unit = unit, .units = units, .tag = below(UINT32_MAX)};
}

static void fill(struct area *area)
{
	for (int n = 0; n < 8; n++) {
		uint32_t unit = below(area->units);

		if (area->read_only >> unit & 1)
			continue;
		*word_of(area, unit) = value_of(area, unit);
		area->filled |= 1ul << unit;
	}
}

// Some units of the area, as bits; *at and *size are where they are.
static uint64_t pick_units(const struct area *area, char **at, size_t *size)
{
	uint32_t first = below(area->units), count = 1 + below(area->units - first);

	*at = area->at + first * area->unit;
	*size = count * area->unit;
	return ((1ul << count) - 1) << first;
}

// From some unit on.
static void unmap(struct area *area)
{
	uint32_t left = below(2) ? 0 : below(area->units);

	check_area(area);
	if (!done(sys(SYS_munmap, area->at + left * area->unit, (area->units - left) * area->unit),
		  "munmap"))
		return;
	area->units = left;
	if (!left)
		area->at = NULL;
}

static void protect(struct area *area)
{
	int prot = below(2) ? PROT_READ | PROT_WRITE : PROT_READ;
	size_t size;
	char *at;
	uint64_t units = pick_units(area, &at, &size);

	if (!done(sys(SYS_mprotect, at, size, prot), "mprotect"))
		area->read_only |= units; // some of them are, perhaps
	else if (prot & PROT_WRITE)
		area->read_only &= ~units;
	else
		area->read_only |= units;
}

static void discard(struct area *area)
{
	size_t size;
	char *at;
	uint64_t units = pick_units(area, &at, &size);

	if (done(sys(SYS_madvise, at, size, MADV_DONTNEED), "madvise"))
		area->filled &= ~units;
}

static void change_break(void)
{
	static uint64_t now;
	uint64_t old = now ? now : (uint64_t)sys(SYS_brk, 0);

	now = (uint64_t)sys(SYS_brk, old + (below(7) - 2ul) * PAGE);
	for (uint64_t at = old; at < now; at += PAGE) {
		expect(*(uint64_t *)at == 0, "a new page", *(long *)at);
		*(uint64_t *)at = seed;
	}
}

static void grow_stack(void)
{
	char room[STACK_PAGES * PAGE];
	uint32_t pages = 1 + below(STACK_PAGES);
	volatile char *top = room + sizeof(room);

	for (uint32_t i = 1; i <= pages; i++)
		*(volatile uint32_t *)(top - i * PAGE) = i;
	sys(SYS_sched_yield);
	for (uint32_t i = 1; i <= pages; i++)
		expect(*(volatile uint32_t *)(top - i * PAGE) == i, "the stack", i);
}

static void change_memory(void)
{
	static void (*const changes[])(struct area *) = {fill, fill, fill, unmap, protect, discard};
	struct area *area = &areas[below(AREAS)];

	if (!area->at)
		map(area);
	else
		changes[below(6)](area);
	if (below(16) == 0)
		change_break();
	if (below(16) == 0)
		grow_stack();
}
