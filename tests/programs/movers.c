// Children sleep again and again while their parent moves them between CPUs: each wakes, and where
// it was sent.
//
// usage: movers [MOVES]
#include "say.h"

#include <signal.h>
#include <stdlib.h>
#include <time.h>

#define MOVES	 2000
#define CHILDREN 4
#define NAP	 20000 // ns

static void nap(void)
{
	struct timespec time = {0, NAP};

	sys(SYS_nanosleep, &time, NULL);
}

static long move(long pid, unsigned cpu)
{
	uint64_t mask[16] = {0};

	mask[cpu / 64] = 1ul << cpu % 64;
	return sys(SYS_sched_setaffinity, pid, sizeof(mask), mask);
}

// Naps until it is killed; the word tells of each.
static void sleep_often(volatile unsigned *naps)
{
	for (;;) {
		nap();
		++*naps;
	}
}

// Whether the child naps on, on the CPU that it was sent to last.
static bool goes_on(const volatile unsigned *naps)
{
	unsigned before = *naps;

	for (int i = 0; i < 100000 && *naps == before; i++)
		nap();
	return *naps != before;
}

int main(int argc, char **argv)
{
	int moves = argc > 1 ? atoi(argv[1]) : MOVES, wrong = 0, status;
	volatile unsigned *naps =
		mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	long pids[CHILDREN];

	for (int i = 0; i < CHILDREN; i++) {
		pids[i] = sys(SYS_fork);
		if (pids[i] == 0)
			sleep_often(&naps[i]);
	}
	for (int i = 0; i < moves; i++)
		wrong += move(pids[i % CHILDREN], (unsigned)i / CHILDREN % 2) != 0;
	for (int i = 0; i < CHILDREN; i++) {
		wrong += !goes_on(&naps[i]);
		sys(SYS_kill, pids[i], SIGKILL);
		wrong += sys(SYS_wait4, pids[i], &status, 0, NULL) != pids[i];
	}
	say("movers: %d wrong\n", wrong);
	return wrong != 0;
}
