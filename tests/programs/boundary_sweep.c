// Kills a process at the end of each chunk of its fork, exec, exit, and of calls that change much
// memory, one after the other: afterwards every frame is where it should be. With the word `memory`
// it is killed as it begins to wait for memory, of which the machine should have little.
//
// usage: boundary_sweep [memory]
#define _GNU_SOURCE
#include "books.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/auxv.h>

#define SIZE	      (1200 * PAGE)
#define STEPS_MAX     500
#define FAR	      ((char *)0x10000000000) /* where there are no page tables yet */
#define MADV_COLLAPSE 25

static char *touched(void)
{
	char *pages = fresh_pages(SIZE / PAGE);

	madvise(pages, SIZE, MADV_NOHUGEPAGE);
	for (size_t i = 0; i < SIZE; i += PAGE)
		pages[i] = 1;
	return pages;
}

static void forks(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	if (pid > 0)
		waitpid(pid, NULL, 0);
}

static void unmaps(void)
{
	char *pages = touched();

	munmap(pages, SIZE);
}

static void moves(void)
{
	char *pages = touched();

	mremap(pages, SIZE, 2 * SIZE, MREMAP_MAYMOVE | MREMAP_FIXED, FAR);
}

static void protects(void)
{
	char *pages = touched();

	mprotect(pages, SIZE, PROT_READ);
	mprotect(pages, SIZE, PROT_NONE);
}

static void locks(void)
{
	char *pages = fresh_pages(SIZE / PAGE);

	mlock(pages, SIZE);
	munlock(pages, SIZE);
	madvise(pages, SIZE, MADV_DONTNEED);
}

static void collapses(void)
{
	char *pages = touched();

	madvise(pages, SIZE, MADV_HUGEPAGE);
	madvise(pages, SIZE, MADV_COLLAPSE);
}

static void execs(void)
{
	static char long_argument[60000];
	char *self = (char *)getauxval(AT_EXECFN);

	memset(long_argument, 'x', sizeof(long_argument) - 1);
	sys(SYS_execve, self, ((char *[]){self, "leave", long_argument, NULL}), NULL);
}

static void exits(void)
{
	_exit(0);
}

// Until it is killed for it.
static void exhausts(void)
{
	for (;;)
		touched();
}

// A child that does it, killed at the end of the n-th chunk. Whether it came so far.
static bool killed_at(void (*does)(void), long n)
{
	long before = sys(SYS_ktest, KTEST_KILLED);
	pid_t pid = fork();

	if (pid == 0) {
		touched();
		sys(SYS_ktest, KTEST_KILL, n);
		does();
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	return sys(SYS_ktest, KTEST_KILLED) != before;
}

// At least `least` chunks are to be found.
static int sweep_one(const char *name, void (*does)(void), long least)
{
	long free_frames = 0, n;
	int wrong = 0;

	killed_at(does, 0);
	wrong += !books_are_right(name, 0, &free_frames);
	for (n = 1; n < STEPS_MAX && killed_at(does, n); n++)
		wrong += !books_are_right(name, n, &free_frames);
	say("boundary_sweep: %s, %s chunks, %d times wrong\n", name,
	    n > least && n < STEPS_MAX ? "all" : "NOT ALL", wrong);
	return wrong + (n <= least || n == STEPS_MAX);
}

static int sweep(void *arg)
{
	(void)arg;
	return sweep_one("fork", forks, 3) + sweep_one("munmap", unmaps, 3) +
	       sweep_one("exec", execs, 3) + sweep_one("mremap", moves, 3) +
	       sweep_one("mprotect", protects, 3) + sweep_one("mlock, madvise", locks, 3) +
	       sweep_one("collapse", collapses, 3) + sweep_one("exit", exits, 3);
}

static int sweep_memory(void *arg)
{
	(void)arg;
	return sweep_one("memory", exhausts, 1);
}

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "leave") == 0)
		return 0;
	if (argc > 1 && strcmp(argv[1], "memory") == 0)
		return as_first_process(sweep_memory, NULL);
	return as_first_process(sweep, NULL);
}
