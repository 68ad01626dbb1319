// What processes that have nothing to do with each other do at the same time, each pinned to a CPU:
// how fast, and how often one had to wait for a lock or to ask other CPUs to flush their TLBs.
//
// usage: smp_rates PROCESSES [SHARE]
//
// The kernel needs the word `ktest`. SHARE divides the number of operations. Prints for each work a
// line `NAME ops=N ns=N flushes=N contended=N`, and behind it `RANK=N` for each rank of locks
// (core/lock.h) that was waited for: all of it by all processes together, N ns from the first's
// begin to the last's end.
#include "books.h"
#include <stdlib.h>
#include <time.h>

#define PROCESSES_MAX 64
#define RANKS	      16
#define FAULT_PAGES   512ul
#define FORK_PAGES    1024ul
#define SHARED_PAGES  4096ul

// What one process does: `ops` operations as the number `me` of `count`.
struct work {
	const char *name;
	unsigned ops;
	void (*run)(unsigned ops, unsigned me, unsigned count);
};

struct counts {
	long ns, flushes, contended[RANKS];
};

struct shared {
	unsigned arrived; // at the barrier, since the beginning
	struct counts before, after;
};

static struct shared *shared;
static char *shared_pages;

static void need(bool holds, const char *what)
{
	if (holds)
		return;
	say("failed: %s\n", what);
	_exit(1);
}

static void fault(unsigned ops, unsigned me, unsigned count)
{
	char *at = fresh_pages(FAULT_PAGES);

	(void)me;
	(void)count;
	madvise(at, FAULT_PAGES * PAGE, MADV_NOHUGEPAGE);
	for (unsigned done = 0; done < ops; done += FAULT_PAGES) {
		for (size_t i = 0; i < FAULT_PAGES; i++)
			at[i * PAGE] = 1;
		sys(SYS_madvise, at, FAULT_PAGES * PAGE, MADV_DONTNEED);
	}
	munmap(at, FAULT_PAGES * PAGE);
}

static void map_and_unmap(unsigned ops, unsigned me, unsigned count)
{
	(void)me;
	(void)count;
	while (ops--) {
		char *at = fresh_pages(1);

		*at = 1;
		munmap(at, PAGE);
	}
}

// What is forked has as much memory as in user/bench's row.
static void fork_and_wait(unsigned ops, unsigned me, unsigned count)
{
	char *at = fresh_pages(FORK_PAGES);

	(void)me;
	(void)count;
	for (size_t i = 0; i < FORK_PAGES; i++)
		at[i * PAGE] = 1;
	while (ops--) {
		long child = sys(SYS_fork);
		int status = -1;

		if (child == 0)
			sys(SYS_exit_group, 0);
		need(sys(SYS_wait4, child, &status, 0, 0) == child && status == 0, "fork");
	}
	munmap(at, FORK_PAGES * PAGE);
}

// All fault in the same pages, each from a place of its own on.
static void fault_shared(unsigned ops, unsigned me, unsigned count)
{
	size_t at = SHARED_PAGES / count * me;

	for (unsigned done = 0; done < ops; done++) {
		if (done && done % SHARED_PAGES == 0)
			sys(SYS_madvise, shared_pages, SHARED_PAGES * PAGE, MADV_DONTNEED);
		shared_pages[at++ % SHARED_PAGES * PAGE] = 1;
	}
}

static const struct work works[] = {
	{"faults", 100 * FAULT_PAGES, fault},
	{"mmap_munmap", 40000, map_and_unmap},
	{"fork_exit_wait", 2000, fork_and_wait},
	{"shared_faults", 4 * SHARED_PAGES, fault_shared},
};

static void take_counts(struct counts *counts)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	counts->ns = now.tv_sec * 1000000000l + now.tv_nsec;
	counts->flushes = sys(SYS_ktest, KTEST_ASKED);
	for (int rank = 0; rank < RANKS; rank++)
		counts->contended[rank] = sys(SYS_ktest, KTEST_CONTENDED, rank);
	need(counts->flushes >= 0, "the kernel has no word ktest");
}

// Waits in ring 3 until all have come here for the `turn`-th time.
static void meet(unsigned turn, unsigned count)
{
	__atomic_fetch_add(&shared->arrived, 1, __ATOMIC_SEQ_CST);
	while (__atomic_load_n(&shared->arrived, __ATOMIC_SEQ_CST) < turn * count)
		__builtin_ia32_pause();
}

static void pin(unsigned cpu)
{
	uint64_t mask[16] = {0};

	mask[cpu / 64] = 1ul << cpu % 64;
	need(sys(SYS_sched_setaffinity, 0, sizeof(mask), mask) == 0, "there are not as many CPUs");
}

static _Noreturn void take_part(const struct work *work, unsigned ops, unsigned me, unsigned count)
{
	pin(me);
	work->run(ops / 8 + 1, me, count); // warms up
	meet(1, count);
	if (me == 0)
		take_counts(&shared->before);
	meet(2, count);
	work->run(ops, me, count);
	meet(3, count);
	if (me == 0)
		take_counts(&shared->after);
	meet(4, count);
	_exit(0);
}

static void tell(const struct work *work, unsigned long ops)
{
	const struct counts *from = &shared->before, *to = &shared->after;
	char text[256];
	int used = 0;

	text[0] = 0;
	for (int rank = 1; rank < RANKS; rank++) {
		long waits = to->contended[rank] - from->contended[rank];

		if (waits)
			used += snprintf(text + used, sizeof(text) - (size_t)used, " %d=%ld", rank,
					 waits);
	}
	say("%s ops=%lu ns=%ld flushes=%ld contended=%ld%s\n", work->name, ops, to->ns - from->ns,
	    to->flushes - from->flushes, to->contended[0] - from->contended[0], text);
}

static void run(const struct work *work, unsigned share, unsigned count)
{
	unsigned ops = work->ops / share;
	int status;

	shared->arrived = 0;
	shared_pages = mmap(NULL, SHARED_PAGES * PAGE, PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	need(shared_pages != MAP_FAILED, "mmap");
	for (unsigned i = 0; i < count; i++) {
		if (sys(SYS_fork) == 0)
			take_part(work, ops, i, count);
	}
	for (unsigned i = 0; i < count; i++)
		need(sys(SYS_wait4, -1, &status, 0, 0) > 0 && status == 0, work->name);
	munmap(shared_pages, SHARED_PAGES * PAGE);
	tell(work, (unsigned long)ops * count);
}

int main(int argc, char **argv)
{
	unsigned count = argc > 1 ? (unsigned)atoi(argv[1]) : 0;
	unsigned share = argc > 2 ? (unsigned)atoi(argv[2]) : 1;

	if (!count || count > PROCESSES_MAX || !share)
		return 2;
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	need(shared != MAP_FAILED, "mmap");
	pin(count - 1); // else some would wait for those that cannot come
	pin(0);
	for (size_t i = 0; i < sizeof(works) / sizeof(works[0]); i++)
		run(&works[i], share, count);
	return 0;
}
