// Makes each allocation fail, one after the other, while a process forks, executes a program, maps,
// touches, shares, splits, moves and unmaps memory and exits: it may fail in whatever way, but
// afterwards every frame is where it should be. Ends when the work was done without a failure.
//
// usage: fail_sweep
#define _GNU_SOURCE
#include "books.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/auxv.h>

#define STEPS_MAX     3000
#define SIZE	      (8 * PAGE)
#define LARGE	      (4ul << 20)
#define FAR	      ((char *)0x10000000000) /* where there are no page tables yet */
#define MADV_COLLAPSE 25

static void touch(char *pages, size_t size)
{
	for (size_t i = 0; i < size; i += PAGE)
		pages[i] = 1;
}

static char *map(size_t size, int flags)
{
	char *pages = mmap(NULL, size, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS, -1, 0);

	return pages == MAP_FAILED ? NULL : pages;
}

// A part of some pages moves far away, or stays as it was.
static void move(void)
{
	char *pages = map(SIZE, MAP_PRIVATE), *moved;

	if (!pages)
		return;
	touch(pages, SIZE);
	moved = mremap(pages + PAGE, 4 * PAGE, 6 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, FAR);
	if (moved == MAP_FAILED)
		moved = pages + PAGE;
	for (size_t i = 0; i < 4 * PAGE; i += PAGE)
		if (moved[i] != 1)
			say("LOST: page %zu of a move\n", i / PAGE);
}

// In a child of a child: private pages are copied, shared ones are made, and a program takes over.
static void fork_and_exec(char *pages)
{
	char *self = (char *)getauxval(AT_EXECFN);
	pid_t pid = fork();

	if (pid == 0) {
		touch(pages, SIZE);
		sys(SYS_execve, self, ((char *[]){self, "leave", NULL}), NULL);
		_exit(1);
	}
	if (pid > 0)
		waitpid(pid, NULL, 0);
}

static int work(void)
{
	char *private = map(SIZE, MAP_PRIVATE), *shared = map(SIZE, MAP_SHARED);
	char *large = map(LARGE, MAP_PRIVATE);

	if (private) {
		touch(private, SIZE);
		mprotect(private + PAGE, PAGE, PROT_READ);
		mprotect(private + 4 * PAGE, PAGE, PROT_NONE);
		munmap(private + 2 * PAGE, PAGE);
	}
	if (shared)
		touch(shared, SIZE);
	if (large) {
		large[LARGE / 2] = 1;
		munmap(large + LARGE / 2, PAGE);
		madvise(large, LARGE / 4, MADV_DONTNEED);
		madvise(large, LARGE, MADV_COLLAPSE);
	}
	move();
	if (shared)
		fork_and_exec(shared);
	return 0;
}

// One child with the n-th allocation failing. Whether one did.
static bool one_fails(long n)
{
	pid_t pid;
	long failed;

	sys(SYS_ktest, KTEST_FAIL, n, 0);
	pid = fork();
	if (pid == 0)
		_exit(work());
	if (pid > 0)
		waitpid(pid, NULL, 0);
	failed = sys(SYS_ktest, KTEST_FAILED);
	sys(SYS_ktest, KTEST_FAIL, 0, 0);
	return failed != 0;
}

// A call that fails may go deeper than one that does not, into a page of the stack that is not
// there yet, where the stack happens to lie so.
static __attribute__((noinline)) void deepen_stack(void)
{
	volatile char deep[4 * PAGE];

	for (size_t i = 0; i < sizeof(deep); i += PAGE)
		deep[i] = 1;
}

static int sweep(void *arg)
{
	long free_frames = 0, n;
	int wrong = 0;

	(void)arg;
	// What stays for good is made before frames are counted.
	deepen_stack();
	one_fails(0);
	wrong += !books_are_right("at first", 0, &free_frames);
	for (n = 1; n < STEPS_MAX && one_fails(n); n++)
		wrong += !books_are_right("after the failure of allocation", n, &free_frames);
	wrong += !books_are_right("at the end", n, &free_frames);
	say("fail_sweep: %s allocations, %ld, %d times wrong\n",
	    n > 50 && n < STEPS_MAX ? "all" : "NOT ALL", n - 1, wrong);
	return wrong != 0 || n <= 50 || n == STEPS_MAX;
}

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "leave") == 0)
		return 0;
	return as_first_process(sweep, NULL);
}
