/*
 * What allocations cost: instructions of a pair of calls, the least of some rounds. Under QEMU's
 * -icount the time stamp counter counts instructions; a round of nothing is subtracted.
 */
#include "arch/x86_64/tsc.h"
#include "core/log.h"
#include "ktest/ktest.h"
#include "lib/upcall.h"
#include "mm/frames.h"

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

static void allocation_costs(uint32_t cpu)
{
	uint64_t empty = least(nothing);

	(void)cpu;
	log_line("cost: a frame taken and freed, %lu instructions", least(one_frame) - empty);
}
KTEST("allocation-costs", allocation_costs);
