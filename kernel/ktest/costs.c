/*
 * What allocations cost: instructions of a pair of calls, the least of some rounds. Under QEMU's
 * -icount the time stamp counter counts instructions; a round of nothing is subtracted.
 */
#include "arch/x86_64/tsc.h"
#include "core/log.h"
#include "ktest/ktest.h"
#include "lib/upcall.h"
#include "mm/frames.h"
#include "mm/large.h"
#include "mm/online.h"

#define ROUNDS 64

static void nothing(void)
{
}

static void one_frame(void)
{
	struct page *page = frame_alloc(PAGE_KERNEL);

	ASSERT(page);
	frame_free(page);
}

static void one_large(void)
{
	struct page *page = frames_alloc(LARGE_ORDER, PAGE_ANON);

	ASSERT(page);
	frames_free(page, LARGE_ORDER);
}

/* The pointer is read anew, so that both are called alike. */
static uint64_t least(void (*volatile pair)(void))
{
	uint64_t best = UINT64_MAX;

	for (int round = 0; round < ROUNDS; round++) {
		uint64_t start = rdtsc();

		pair();
		best = MIN(best, rdtsc() - start);
	}
	return best;
}

/* The zone that large blocks come from: the highest that has any. */
static const struct buddy *zone_of_large(void)
{
	const struct buddy *zone, *highest = NULL;

	for (unsigned i = 0; (zone = frames_zone(i)); i++) {
		if (zone->nonempty >> LARGE_ORDER)
			highest = zone;
	}
	return highest;
}

/* Take all free blocks from LARGE_ORDER up but the largest; the last one leads to the others. */
static struct page *take_smaller(const struct buddy *zone)
{
	const uint32_t smaller = (1U << FRAMES_MAX_ORDER) - (1U << LARGE_ORDER);
	struct page *taken = NULL;

	while (zone->nonempty & smaller) {
		unsigned order = (unsigned)__builtin_ctz(zone->nonempty & smaller);
		struct page *page = frames_alloc(order, PAGE_KERNEL);

		ASSERT(page);
		page->word = (uintptr_t)taken;
		taken = page;
	}
	return taken;
}

static void give_back(struct page *taken)
{
	while (taken) {
		struct page *next = (struct page *)taken->word;

		frames_free(taken, taken->order);
		taken = next;
	}
}

/* A block that is free as it is: the other half of one that is in use, so that it stays alone. */
static uint64_t cost_of_free_block(void)
{
	struct page *half = frames_alloc(LARGE_ORDER, PAGE_ANON);
	uint64_t cost;

	ASSERT(half);
	cost = least(one_large);
	frames_free(half, LARGE_ORDER);
	return cost;
}

/* With all RAM online there is a block of the largest order, if the machine has 3 GiB. */
static void large_costs(uint64_t empty)
{
	const struct buddy *zone;
	struct page *taken;

	while (online_next())
		;
	zone = zone_of_large();
	if (!zone || buddy_largest(zone) < FRAMES_MAX_ORDER) {
		log_line("cost: no free block of order %u", FRAMES_MAX_ORDER);
		return;
	}
	taken = take_smaller(zone);
	log_line("cost: 2 MiB split from 1 GiB and merged, %lu instructions",
		 least(one_large) - empty);
	log_line("cost: 2 MiB taken and freed, %lu instructions", cost_of_free_block() - empty);
	give_back(taken);
}

static void allocation_costs(uint32_t cpu)
{
	uint64_t empty = least(nothing);

	(void)cpu;
	log_line("cost: a frame taken and freed, %lu instructions", least(one_frame) - empty);
	large_costs(empty);
}
KTEST("allocation-costs", allocation_costs);
