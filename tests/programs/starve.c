// Memory is short, in one of these ways (the machine's size is an argument of the boot):
//
// starve calls MIB      processes that take MIB each at the same time, by every call that takes
//                       memory: none fails, and nobody is killed, while RAM is only offline
// starve largest MIB    a small process wants what a sleeping one of MIB has: that one is killed
// starve alone          the first process takes all there is, by calls: at last one fails
// starve fault          the same by touching: it ends by SIGBUS
// starve lazy MIB       the first process lets go MIB with MADV_FREE, writes some of it again,
//                       and takes as much: some of it goes, what was written stays
#include "say.h"

#include <signal.h>
#include <stdlib.h>

#define MIB	  (1ul << 20)
#define TAKERS	  8
#define AREAS_MAX 60000
#define STEPS	  16
#define COULD_NOT 1

static char *take(size_t size)
{
	char *pages = mmap(NULL, size, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (pages == MAP_FAILED)
		_exit(COULD_NOT);
	for (size_t i = 0; i < size; i += PAGE)
		pages[i] = 1;
	return pages;
}

static int nothing(void *arg)
{
	(void)arg;
	return 0;
}

// Takes memory in steps; between them it forks, splits areas, grows the break.
static int take_by_calls(void *mib)
{
	size_t step = (uintptr_t)mib * MIB / STEPS;

	for (int i = 0; i < STEPS; i++) {
		char *pages = take(step / 2), *old = (char *)sys(SYS_brk, 0);

		if (sys(SYS_brk, old + step / 2) != (long)(old + step / 2))
			return COULD_NOT;
		memset(old, 1, step / 2);
		for (size_t at = 0; at < 64 * PAGE; at += 2 * PAGE)
			if (mprotect(pages + at, PAGE, PROT_READ))
				return COULD_NOT;
		if (status_of(nothing, NULL) != 0)
			return COULD_NOT;
	}
	return 0;
}

static int calls(uintptr_t mib)
{
	int status, wrong = 0;

	for (int i = 0; i < TAKERS; i++) {
		pid_t pid = fork();

		if (pid == 0)
			_exit(take_by_calls((void *)mib));
		wrong += pid < 0;
	}
	for (int i = 0; i < TAKERS; i++) {
		if (wait(&status) < 0 || status) {
			say("a taker: %s\n", status_name(status));
			wrong++;
		}
	}
	return wrong != 0;
}

static int take_and_sleep(void *mib)
{
	take((uintptr_t)mib * MIB);
	while (sleep(1) == 0)
		;
	return 0;
}

static int largest(uintptr_t mib)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0)
		_exit(take_and_sleep((void *)mib));
	// It is killed only when it has become the largest; until then this one has next to
	// nothing.
	while (waitpid(pid, &status, WNOHANG) == 0)
		if (status_of(take_by_calls, (void *)(mib - 6)) != 0)
			return 2;
	say("the largest: %s\n", status_name(status));
	return !WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL;
}

static int alone(void)
{
	int areas = 0;
	char *area = NULL;

	// What is needed at the end shall be there: then there is nothing left to get it with.
	say("alone: %s\n", result_name(0));
	// Each is an object with a frame of its own.
	while (areas < AREAS_MAX && area != MAP_FAILED) {
		area = mmap(NULL, PAGE, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
		areas++;
	}
	say("alone: %s\n", area == MAP_FAILED ? result_name(-errno) : "memory without end");
	return area != MAP_FAILED || errno != ENOMEM;
}

// Of the first half of the pages let go, which are single ones, one in so many is written again.
#define KEPT_EVERY 7

// 0 when what was written since is there, and the rest is as it was or zero; *gone is how much.
static int check_let_go(const char *pages, size_t size, size_t *gone)
{
	for (size_t i = 0; i < size / PAGE; i++) {
		char has = pages[i * PAGE], kept = i < size / PAGE / 2 && i % KEPT_EVERY == 0;

		if (has != (kept ? 2 : 1) && (kept || has != 0))
			return 1;
		*gone += has == 0;
	}
	return 0;
}

// The first process lets go, and takes as much again.
static int lazy(uintptr_t mib)
{
	size_t size = mib * MIB, gone = 0;
	char *pages = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	madvise(pages, size / 2, MADV_NOHUGEPAGE);
	for (size_t i = 0; i < size; i += PAGE)
		pages[i] = 1;
	if (madvise(pages, size, MADV_FREE))
		return 2;
	for (size_t i = 0; i < size / PAGE / 2; i += KEPT_EVERY)
		pages[i * PAGE] = 2;
	if (check_let_go(pages, size, &gone) || gone)
		return 3;
	// Not in a child: what fork shares is not let go.
	take(size);
	if (check_let_go(pages, size, &gone))
		return 4;
	say("lazy: some went: %s\n", gone ? "yes" : "NO");
	return !gone;
}

int main(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[1] : "";
	uintptr_t mib = argc > 2 ? strtoul(argv[2], NULL, 0) : 0;

	if (!strcmp(how, "calls"))
		return calls(mib);
	if (!strcmp(how, "largest"))
		return largest(mib);
	if (!strcmp(how, "alone"))
		return alone();
	if (!strcmp(how, "lazy"))
		return lazy(mib);
	if (!strcmp(how, "fault"))
		take(1024 * MIB);
	return 99;
}
