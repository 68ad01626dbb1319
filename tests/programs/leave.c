// The first process ends while others fork, exec, unmap, sleep, wait and stand still; also in
// families of many. The kernel ends them all, whatever they are at, before the run ends.
//
// usage: leave MICROSECONDS [fault | bomb]: exit status 5, or SIGSEGV. A bomb is processes that do
// nothing but fork.
#include "say.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <time.h>

#define MIB	    (1ul << 20)
#define SIZE	    (4 * MIB)
#define KINDS	    8
#define EACH	    2
#define GENERATIONS 60
#define SIBLINGS    255

static void nap(long us)
{
	struct timespec time = {us / 1000000, us % 1000000 * 1000};

	sys(SYS_nanosleep, &time, NULL);
}

static char *touched(void)
{
	long at = sys(SYS_mmap, 0, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);

	for (size_t i = 0; at > 0 && i < SIZE; i += PAGE)
		((char *)at)[i] = 1;
	return (char *)at;
}

static void forks(void)
{
	touched();
	for (;;) {
		if (sys(SYS_fork) == 0)
			_exit(0);
		sys(SYS_wait4, -1, NULL, 0, NULL);
	}
}

// Nobody waits for what these leave but the first process.
static void leaves_orphans(void)
{
	for (int i = 0; i < SIBLINGS; i++)
		if (sys(SYS_fork) == 0)
			_exit((nap(i % 3 ? 1 : 100000000), 0));
	_exit(0);
}

static void execs(void)
{
	touched();
	sys(SYS_execve, getauxval(AT_EXECFN), ((char *[]){"leave", "again", NULL}), NULL);
}

static void unmaps(void)
{
	for (;;)
		sys(SYS_munmap, touched(), SIZE);
}

static void sleeps(void)
{
	nap(100000000);
}

static void stands_still(void)
{
	sys(SYS_kill, getpid(), SIGSTOP);
}

static void spins(void)
{
	for (volatile long i = 0;; i++)
		;
}

// Each waits for the next, and the last one sleeps.
static void waits(void)
{
	for (int i = 0; i < GENERATIONS; i++) {
		if (sys(SYS_fork) == 0)
			continue;
		sys(SYS_wait4, -1, NULL, 0, NULL);
		return;
	}
	sleeps();
}

static void bomb(void)
{
	for (;;)
		sys(SYS_fork);
}

int main(int argc, char **argv)
{
	static void (*const kinds[KINDS])(void) = {forks,  leaves_orphans, execs, unmaps,
						   sleeps, stands_still,   spins, waits};

	if (argc > 1 && strcmp(argv[1], "again") == 0) {
		execs();
		return 1;
	}
	bool fault = argc > 2 && strcmp(argv[2], "fault") == 0;
	void (*only)(void) = argc > 2 && !fault ? bomb : NULL;

	for (int i = 0; argc > 1 && i < KINDS * EACH; i++)
		if (sys(SYS_fork) == 0) {
			(only ? only : kinds[i % KINDS])();
			return 0;
		}
	nap(argc > 1 ? atol(argv[1]) : 0);
	if (fault)
		__asm__ volatile("movl $0, 8");
	return 5;
}
