// Many forks, execs, faults and kills at once; every child's end is checked. What leaks shows in
// the kernel's log. usage: forkstorm [ITERATIONS [WORKERS]]
#include "say.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <time.h>

#define ITERATIONS 50
#define WORKERS	   8
#define LEAF	   "leaf"

static int leaf(void *arg)
{
	(void)arg;
	sys(SYS_execve, getauxval(AT_EXECFN), ((char *[]){"forkstorm", LEAF, NULL}), NULL);
	return 1;
}

static int bad_exec(void *arg)
{
	(void)arg;
	return sys(SYS_execve, "/no/such/file", NULL, NULL) == -ENOENT ? 33 : 1;
}

static int faults(void *arg)
{
	char *pages = fresh_pages(16);

	memset(pages, 1, 16 * PAGE);
	munmap(pages + 8 * PAGE, PAGE);
	mprotect(pages, PAGE, PROT_READ);
	*pages = 2;
	return (int)(intptr_t)arg;
}

static int grows(void *arg)
{
	char *pages = fresh_pages(64);

	for (int i = 0; i < 64; i++)
		pages[i * PAGE] = (char)i;
	int status = status_of(bad_exec, arg);

	for (int i = 0; i < 64; i++)
		if (pages[i * PAGE] != (char)i)
			return 1;
	return WEXITSTATUS(status);
}

static int for_ever(void *arg)
{
	for (long i = 0;; i++) {
		char *pages = fresh_pages(4);

		pages[(i & 3) * PAGE] = 1;
		munmap(pages, 4 * PAGE);
		if (arg && i % 8 == 0)
			status_of(bad_exec, NULL);
	}
	return 1;
}

static void nap(unsigned us)
{
	struct timespec time = {0, us * 1000l};

	sys(SYS_nanosleep, &time, NULL);
}

// Kills a child somewhere in what it does.
static int killed(int (*does)(void *arg), void *arg, unsigned us)
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(does(arg));
	if (pid < 0)
		return -1;
	nap(us);
	if (sys(SYS_kill, pid, SIGKILL) != 0 || waitpid(pid, &status, 0) != pid)
		return -1;
	return status;
}

static int worker(void *iterations)
{
	unsigned random = (unsigned)getpid() * 2654435761u;

	for (intptr_t i = 0; i < (intptr_t)iterations; i++) {
		random = random * 1664525 + 1013904223;
		unsigned us = random >> 16 & 1023;

		if (status_of(leaf, NULL) != 44 << 8)
			return 1;
		if (status_of(bad_exec, NULL) != 33 << 8)
			return 2;
		if (WTERMSIG(status_of(faults, NULL)) != SIGSEGV)
			return 3;
		if (status_of(grows, NULL) != 33 << 8)
			return 4;
		if (WTERMSIG(killed(for_ever, NULL, us)) != SIGKILL)
			return 5;
		if (WTERMSIG(killed(for_ever, "and fork", us)) != SIGKILL)
			return 6;
		int status = killed(leaf, NULL, us / 8);

		if (status != 44 << 8 && WTERMSIG(status) != SIGKILL)
			return 7;
	}
	return 0;
}

struct storm {
	intptr_t iterations;
	int workers;
};

static int storm(void *arg)
{
	const struct storm *s = arg;
	int status, wrong = 0;

	for (int i = 0; i < s->workers; i++)
		if (fork() == 0)
			_exit(worker((void *)s->iterations));
	for (int i = 0; i < s->workers; i++) {
		wait(&status);
		if (status != 0)
			say("a worker: %s\n", status_name(status));
		wrong += status != 0;
	}
	say("forkstorm: %d of %d workers wrong\n", wrong, s->workers);
	return wrong != 0;
}

int main(int argc, char **argv)
{
	struct storm s = {ITERATIONS, WORKERS};

	if (argc > 1 && strcmp(argv[1], LEAF) == 0)
		return 44;
	if (argc > 1)
		s.iterations = atol(argv[1]);
	if (argc > 2)
		s.workers = atoi(argv[2]);
	return as_first_process(storm, &s);
}
