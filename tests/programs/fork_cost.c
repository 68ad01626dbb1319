// What fork and exit cost with many resident pages: whole calls, in ticks of the time stamp
// counter, the least of some rounds. Under -icount that counts instructions.
//
// usage: fork_cost PAGES
//
// Prints `fork TICKS`, `exit of a sharer TICKS` and `exit of the owner TICKS`; an exit is over when
// the parent's wait4 has returned.
#include "say.h"
#include <stdlib.h>

#define ROUNDS 5

static size_t pages;
static volatile uint64_t *began; // shared: when the child called exit_group

static uint64_t ticks(void)
{
	uint32_t low, high;

	__asm__ volatile("lfence; rdtsc" : "=a"(low), "=d"(high)::"memory");
	return (uint64_t)high << 32 | low;
}

static void touch_all(void)
{
	char *at = fresh_pages(pages);

	madvise(at, pages * PAGE, MADV_NOHUGEPAGE);
	for (size_t i = 0; i < pages; i++)
		at[i * PAGE] = 1;
}

static _Noreturn void end(void)
{
	*began = 0; // faults the page in
	*began = ticks();
	for (;;)
		sys(SYS_exit_group, 0);
}

// Waits for the child; the ticks since it began to end.
static uint64_t wait_for_end(long child)
{
	int status = -1;

	if (sys(SYS_wait4, child, &status, 0, 0) != child || status != 0)
		_exit(1);
	return ticks() - *began;
}

static void keep_least(uint64_t *best, uint64_t taken)
{
	if (taken < *best)
		*best = taken;
}

static uint64_t exit_of_owner(void)
{
	uint64_t best = UINT64_MAX;

	for (int round = 0; round < ROUNDS; round++) {
		long child = sys(SYS_fork);

		if (child == 0) {
			touch_all();
			end();
		}
		keep_least(&best, wait_for_end(child));
	}
	return best;
}

static uint64_t fork_and_exit(uint64_t *exit_ticks)
{
	uint64_t best = UINT64_MAX;

	*exit_ticks = UINT64_MAX;
	touch_all();
	for (int round = 0; round < ROUNDS; round++) {
		uint64_t start = ticks();
		long child = sys(SYS_fork);

		if (child == 0)
			end();
		keep_least(&best, ticks() - start);
		keep_least(exit_ticks, wait_for_end(child));
	}
	return best;
}

int main(int argc, char **argv)
{
	uint64_t owner, sharer, forked;

	pages = argc > 1 ? strtoul(argv[1], NULL, 0) : 0;
	began = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (!pages || began == MAP_FAILED)
		return 2;
	owner = exit_of_owner();
	forked = fork_and_exit(&sharer);
	say("fork %lu\nexit of a sharer %lu\nexit of the owner %lu\n", forked, sharer, owner);
	return 0;
}
