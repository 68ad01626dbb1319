// Many children sleep at once: each sleeps long enough, and they wake in the order of their times.
//
// A machine that stands still for longer than lies between two wakes both late, and may then end
// either first: what is out of order is tried again with more time between.
//
// usage: sleepers [CHILDREN]
#include "say.h"

#include <stdlib.h>
#include <time.h>

#define NS	   1000000000l
#define STEP	   30000000l // between the times of two that wake one after the other, at first
#define TRIES	   5
#define EARLY	   200 // exit status
#define CHILDREN   12
#define MOST	   100
#define SHORT_NAPS 30

static int64_t now_ns(void)
{
	struct timespec now;

	sys(SYS_clock_gettime, CLOCK_MONOTONIC, &now);
	return now.tv_sec * NS + now.tv_nsec;
}

static int sleep_until(int64_t end)
{
	int64_t left = end - now_ns();
	struct timespec time = {left / NS, left % NS};

	// On a busy machine the time may have passed already.
	if (left > 0 && sys(SYS_nanosleep, &time, NULL) != 0)
		return -1;
	return now_ns() < end ? -1 : 0;
}

// On one CPU, those that woke earlier exit earlier.
static void share_one_cpu(void)
{
	uint64_t mask[16] = {0};
	unsigned cpu = 0;

	sys(SYS_getcpu, &cpu, NULL, NULL);
	mask[cpu / 64] = 1ul << cpu % 64;
	sys(SYS_sched_setaffinity, 0, sizeof(mask), mask);
}

static int early; // that woke before their time: never right

// The last to be started is the first to wake. Returns how many ended out of order.
static int in_order(int children, int64_t step)
{
	int64_t start = now_ns() + 7 * step;
	int wrong = 0, status;

	for (int i = children - 1; i >= 0; i--)
		if (fork() == 0)
			_exit(sleep_until(start + i * step) == 0 ? i : EARLY);
	for (int i = 0; i < children; i++) {
		wait(&status);
		wrong += !WIFEXITED(status) || WEXITSTATUS(status) != i;
		early += WIFEXITED(status) && WEXITSTATUS(status) == EARLY;
	}
	return wrong;
}

static int short_naps(void)
{
	for (long i = 0; i < SHORT_NAPS; i++)
		if (sleep_until(now_ns() + 100000 + i * 50000) != 0)
			return 1;
	return 0;
}

// All at once on all CPUs, with times that lie close together.
static int crowd(int children)
{
	int wrong = 0, status;

	for (int i = 0; i < children; i++)
		if (fork() == 0)
			_exit(short_naps());
	for (int i = 0; i < children; i++) {
		wait(&status);
		wrong += status != 0;
	}
	return wrong;
}

int main(int argc, char **argv)
{
	int children = argc > 1 ? atoi(argv[1]) : CHILDREN;

	if (children < 1 || children > MOST)
		return 2;
	int wrong = crowd(2 * children);

	say("short naps: %d of %d wrong\n", wrong, 2 * children);
	share_one_cpu();
	int late = children;

	for (int i = 0; i < TRIES && late; i++)
		late = in_order(children, STEP << i);
	say("in order: %d of %d wrong, %d early\n", late, children, early);
	return wrong || late || early;
}
