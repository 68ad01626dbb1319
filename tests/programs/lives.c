// Thousands of processes live and die: they fork, touch memory, execute programs and files that are
// none, are killed in the middle of that or at the end of one of its chunks, and now and then their
// allocations fail. Afterwards as many frames are free as before, and each is where it should be.
//
// It must be the first process.
//
// usage: lives COUNT SEED FILE...      files to execute, good ones and bad ones
#include "books.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <time.h>

#define AT_ONCE	   4
#define WARM_UP	   200 // lives that are not counted: tables and caches grow
#define COUNT_EACH 500 // and how often the books are looked at then
#define PAGES	   48
#define NAP_MAX	   3000000 // ns until one is killed

struct plan {
	long count;
	int files;
	char **file;
};

static uint64_t rnd;

static uint64_t next(void)
{
	rnd ^= rnd >> 12;
	rnd ^= rnd << 25;
	rnd ^= rnd >> 27;
	return rnd * 0x2545f4914f6cdd1dull;
}

static unsigned below(unsigned limit)
{
	return (unsigned)(next() >> 33) % limit;
}

static void nap(unsigned ns)
{
	struct timespec time = {0, ns};

	nanosleep(&time, NULL);
}

static void use_memory(int flags)
{
	char *pages =
		mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS, -1, 0);

	if (pages == MAP_FAILED)
		return;
	for (size_t i = 0; i < PAGES; i++)
		pages[i * PAGE] = 1;
	mprotect(pages + PAGE, PAGE, PROT_READ);
	munmap(pages + 3 * PAGE, PAGE);
	if (fork() == 0) {
		for (size_t i = 8; i < PAGES; i++)
			pages[i * PAGE] = 2;
		_exit(0); // whose parent may be gone, or does not care
	}
}

static void execute(const char *file)
{
	sys(SYS_execve, file, ((char *[]){(char *)file, "leave", NULL}), NULL);
}

static void live(const struct plan *plan)
{
	unsigned what = below(8);

	if (what == 0)
		sys(SYS_ktest, KTEST_FAIL, 2 + below(60), 3); // its own, every so-many-th
	if (what == 1)
		sys(SYS_ktest, KTEST_KILL, 1 + below(12));
	if (what < 5)
		use_memory(what & 1 ? MAP_SHARED : MAP_PRIVATE);
	if (what != 5)
		execute(plan->file[below((unsigned)plan->files)]);
	while (what == 6)
		use_memory(MAP_PRIVATE); // until it is killed
	_exit(0);
}

// A few at once; those that are still there after a while are killed. Orphans are this process's.
static void some_lives(const struct plan *plan)
{
	pid_t pids[AT_ONCE];

	for (int i = 0; i < AT_ONCE; i++) {
		uint64_t seed = next() | 1;

		pids[i] = fork();
		if (pids[i] == 0) {
			rnd = seed;
			live(plan);
		}
	}
	nap(below(NAP_MAX));
	for (int i = 0; i < AT_ONCE; i++)
		if (pids[i] > 0)
			kill(pids[i], SIGKILL);
	while (waitpid(-1, NULL, 0) > 0)
		;
	sys(SYS_ktest, KTEST_FAIL, 0, 0);
}

static int all_lives(const struct plan *plan)
{
	long free_frames = 0;
	int wrong = 0;

	// What is kept of files, once they were executed, is there before anything is counted.
	for (int i = 0; i < plan->files; i++) {
		if (fork() == 0) {
			execute(plan->file[i]);
			_exit(0);
		}
		wait(NULL);
	}
	for (long i = AT_ONCE; i <= WARM_UP + plan->count; i += AT_ONCE) {
		some_lives(plan);
		if (i >= WARM_UP && (i - WARM_UP) % COUNT_EACH == 0)
			wrong += !books_are_right("after so many lives", i, &free_frames);
	}
	say("lives: %ld, %d times wrong\n", plan->count, wrong);
	return wrong != 0;
}

int main(int argc, char **argv)
{
	struct plan plan = {.files = argc - 3, .file = argv + 3};

	if (argc > 1 && strcmp(argv[1], "leave") == 0)
		return 0;
	if (argc < 4)
		return 2;
	plan.count = atol(argv[1]);
	rnd = strtoull(argv[2], NULL, 0);
	return all_lives(&plan);
}
