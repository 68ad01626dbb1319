// A process that moves between CPUs and changes its pages there: no CPU may go on with an old
// translation. What was left in a TLB shows as old contents or as a write that is not refused.
//
// usage: tlb_moves [ROUNDS]
#include "say.h"

#include <stdlib.h>

#define AT     ((volatile uint64_t *)0x60000000)
#define PAGES  4
#define WORDS  (PAGE / 8)
#define CPUS   8
#define ROUNDS 100
#define RW     (PROT_READ | PROT_WRITE)

static int cpus[CPUS], cpu_count;

static void find_cpus(void)
{
	uint64_t mask[16] = {0};

	sys(SYS_sched_getaffinity, 0, sizeof(mask), mask);
	for (int cpu = 0; cpu < 1024 && cpu_count < CPUS; cpu++)
		if (mask[cpu / 64] >> cpu % 64 & 1)
			cpus[cpu_count++] = cpu;
}

static void move_to(int index)
{
	uint64_t mask[16] = {0};
	int cpu = cpus[index % cpu_count];

	mask[cpu / 64] = 1ul << cpu % 64;
	sys(SYS_sched_setaffinity, 0, sizeof(mask), mask);
}

static void map_at(void)
{
	mmap((void *)AT, PAGES * PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
}

static void fill(uint64_t value)
{
	for (int i = 0; i < PAGES; i++)
		AT[i * WORDS] = value;
}

static bool all_are(uint64_t value)
{
	for (int i = 0; i < PAGES; i++)
		if (AT[i * WORDS] != value)
			return false;
	return true;
}

// New pages at the place of old ones, given on another CPU.
static int replaced(int a, int b)
{
	map_at();
	move_to(a);
	fill(1);
	move_to(b);
	sys(SYS_munmap, AT, PAGES * PAGE);
	map_at();
	move_to(a);
	return all_are(0) ? 0 : 1;
}

static int dropped(int a, int b)
{
	map_at();
	move_to(a);
	fill(2);
	move_to(b);
	sys(SYS_madvise, AT, PAGES * PAGE, MADV_DONTNEED);
	fill(3);
	move_to(a);
	return all_are(3) ? 0 : 1;
}

static int writes(void *arg)
{
	(void)arg;
	*AT = 1;
	return 0;
}

// The child moves to where the parent wrote a moment ago, with its rights.
static int protected(int a, int b)
{
	map_at();
	move_to(a);
	fill(4);
	move_to(b);
	sys(SYS_mprotect, AT, PAGES * PAGE, PROT_READ);
	move_to(a);
	return WTERMSIG(status_of(writes, NULL)) == 11 ? 0 : 1;
}

static int reads_old(void *value)
{
	for (int i = 0; i < 2 * cpu_count; i++) {
		move_to(i);
		if (!all_are((uint64_t)(uintptr_t)value))
			return 1;
	}
	return 0;
}

// After a fork the parent writes where it has written before: to a copy, on every CPU.
static int copied(int a, int b)
{
	int status;

	map_at();
	move_to(a);
	fill(5);
	move_to(b);
	fill(5);
	move_to(a);
	pid_t pid = fork();

	if (pid == 0)
		_exit(reads_old((void *)5));
	fill(6);
	move_to(b);
	bool kept = all_are(6);

	fill(7);
	move_to(a);
	kept &= all_are(7);
	waitpid(pid, &status, 0);
	return kept && status == 0 ? 0 : 1;
}

// The process itself writes to a page that is read-only since it was on another CPU.
static int refused(void *arg)
{
	const int *pair = arg;

	map_at();
	move_to(pair[0]);
	fill(8);
	move_to(pair[1]);
	sys(SYS_mprotect, AT, PAGES * PAGE, PROT_READ);
	move_to(pair[0]);
	*AT = 9;
	return 0;
}

static int one_round(int a, int b)
{
	if (replaced(a, b))
		return 1;
	if (dropped(a, b))
		return 2;
	if (protected(a, b))
		return 3;
	if (copied(a, b))
		return 4;
	return WTERMSIG(status_of(refused, (int[]){a, b})) == 11 ? 0 : 5;
}

// Rivals keep the CPUs busy with other address spaces, so that switches are real.
static int rival(void *arg)
{
	int rounds = (int)(intptr_t)arg, wrong = 0;

	for (int i = 0; i < rounds && !wrong; i++)
		wrong = one_round(i, i + 1 + i / cpu_count % cpu_count);
	return wrong;
}

int main(int argc, char **argv)
{
	intptr_t rounds = argc > 1 ? atol(argv[1]) : ROUNDS;
	int wrong = 0, status;

	find_cpus();
	for (int i = 0; i < 3; i++)
		if (fork() == 0)
			_exit(rival((void *)rounds));
	while (wait(&status) > 0) {
		if (status != 0)
			say("a process: %s\n", status_name(status));
		wrong += status != 0;
	}
	say("tlb_moves: %d of 3 wrong\n", wrong);
	return wrong != 0;
}
