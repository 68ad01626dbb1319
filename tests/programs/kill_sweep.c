// Kills a process at ever later moments of its fork, exec, munmap and exit, which work in pieces:
// at no moment may anything be left behind. On a small machine a leak ends in ENOMEM or a death.
//
// usage: kill_sweep [STEPS [MICROSECONDS]]
#include "say.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <time.h>

#define MIB   (1ul << 20)
#define SIZE  (8 * MIB)
#define STEPS 60
#define STEP  100 // microseconds

static char *touched(size_t size)
{
	char *pages = fresh_pages(size / PAGE);

	for (size_t i = 0; i < size; i += PAGE)
		pages[i] = 1;
	return pages;
}

static int forks(void *arg)
{
	(void)arg;
	touched(SIZE);
	for (;;) {
		if (fork() == 0)
			_exit(0);
		wait(NULL);
	}
	return 0;
}

static int unmaps(void *arg)
{
	(void)arg;
	for (;;)
		munmap(touched(SIZE), SIZE);
	return 0;
}

static int execs(void *arg)
{
	static char long_argument[100000];

	(void)arg;
	memset(long_argument, 'x', sizeof(long_argument) - 1);
	touched(SIZE);
	sys(SYS_execve, getauxval(AT_EXECFN),
	    ((char *[]){"kill_sweep", "again", long_argument, NULL}), NULL);
	return 1;
}

static int exits(void *arg)
{
	touched(SIZE);
	if (fork() == 0)
		*touched(SIZE) = 2;
	else
		wait(NULL);
	return (int)(intptr_t)arg;
}

static void nap(long us)
{
	struct timespec time = {us / 1000000, us % 1000000 * 1000};

	sys(SYS_nanosleep, &time, NULL);
}

// Returns whether the child was killed, or ended by itself and well.
static bool kill_after(int (*does)(void *arg), long us)
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(does(NULL));
	if (pid < 0)
		return false;
	nap(us);
	sys(SYS_kill, pid, SIGKILL);
	return waitpid(pid, &status, 0) == pid && (status == 0 || status == SIGKILL);
}

struct sweep {
	int steps;
	long us;
};

static int sweep(void *arg)
{
	static int (*const all[])(void *arg) = {forks, unmaps, execs, exits};
	const struct sweep *s = arg;
	int wrong = 0;

	for (int i = 0; i < s->steps; i++)
		for (size_t n = 0; n < sizeof(all) / sizeof(all[0]); n++)
			wrong += !kill_after(all[n], i * s->us);
	say("kill_sweep: %d of %d wrong\n", wrong, 4 * s->steps);
	return wrong != 0;
}

int main(int argc, char **argv)
{
	struct sweep s = {STEPS, STEP};

	if (argc > 1 && strcmp(argv[1], "again") == 0)
		return execs(NULL);
	if (argc > 1)
		s.steps = atoi(argv[1]);
	if (argc > 2)
		s.us = atol(argv[2]);
	return as_first_process(sweep, &s);
}
