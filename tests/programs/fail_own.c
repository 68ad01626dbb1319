// Allocations fail for one process only: for all that it does, and as another program too, but not
// for its child.
//
// usage: fail_own
#include "books.h"

#include <sched.h>
#include <sys/auxv.h>

#define EVERY 1
#define OWN   2
#define PAGES 64
#define LATER 2000 // more allocations than execve makes
#define AFTER "after"

enum { BEGIN, FAILING, FINE, FAILED };

static void touch(size_t count)
{
	char *pages = fresh_pages(count);

	madvise(pages, count * PAGE, MADV_NOHUGEPAGE);
	for (size_t i = 0; i < count; i++)
		pages[i * PAGE] = 1;
	munmap(pages, count * PAGE);
}

static int nothing(void *arg)
{
	return arg != NULL;
}

// It allocates while nothing that its parent allocates can be had.
static void child(volatile int *stage)
{
	while (*stage != FAILING)
		sched_yield();
	touch(PAGES);
	*stage = status_of(nothing, NULL) == 0 ? FINE : FAILED;
	_exit(0);
}

static void fail_beside(void)
{
	volatile int *stage =
		mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	long result, failed;

	*stage = BEGIN;
	if (fork() == 0)
		child(stage);
	sys(SYS_ktest, KTEST_FAIL, 1, EVERY | OWN);
	*stage = FAILING;
	while (*stage == FAILING)
		sched_yield();
	result = sys(SYS_fork);
	failed = sys(SYS_ktest, KTEST_FAILED);
	sys(SYS_ktest, KTEST_FAIL, 0, 0);
	if (result == 0)
		_exit(0);
	say_result("fork", result);
	say_if("its allocations failed", failed > 0);
	say_if("those of its child did not", *stage == FINE);
	while (wait(NULL) > 0)
		;
}

// One allocation fails, late: a fault's, which is tried again.
static int fail_after_exec(void)
{
	char *self = (char *)getauxval(AT_EXECFN);

	sys(SYS_ktest, KTEST_FAIL, LATER, OWN);
	return (int)sys(SYS_execve, self, ((char *[]){self, AFTER, NULL}), NULL);
}

static int after_exec(void)
{
	say_if("none has failed during execve", sys(SYS_ktest, KTEST_FAILED) == 0);
	touch(LATER);
	say_if("one has failed in the new program", sys(SYS_ktest, KTEST_FAILED) == 1);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], AFTER) == 0)
		return after_exec();
	fail_beside();
	return fail_after_exec();
}
