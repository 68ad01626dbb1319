// Calls that give the kernel long work: sparse memory, many areas, pages whose neighbours in memory
// are somebody else's, many strings, many segments. Each must come to its end; a test looks how
// long the timer had to wait meanwhile.
//
// usage: long_calls sparse|areas|scattered|strings|segments
#include "say.h"
#include <sched.h>
#include <stdlib.h>
#include <sys/uio.h>

#define GIB	  (1ul << 30)
#define POINTS	  6000	// pages, one a GiB
#define AREAS	  20000 // each of two pages, of which one is read-only
#define SCATTERED 2048	// pages
#define LARGE	  (2ul << 20)
#define STRINGS	  50000
#define SEGMENTS  1024

static int wrong;

static void want(const char *what, long result, long wanted)
{
	if (result != wanted)
		wrong++;
	say("%s: %s%s\n", what, result_name(result), result == wanted ? "" : " WRONG");
}

static int exits(void *arg)
{
	(void)arg;
	return 0;
}

static void change_all(char *at, size_t size)
{
	want("fork", status_of(exits, NULL), 0);
	want("mprotect", sys(SYS_mprotect, at, size, PROT_READ), 0);
	want("madvise", sys(SYS_madvise, at, size, MADV_DONTNEED), 0);
	want("munmap", sys(SYS_munmap, at, size), 0);
}

static void sparse(void)
{
	char *at = mmap(NULL, POINTS * GIB, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	want("mmap", at == MAP_FAILED, 0);
	if (at == MAP_FAILED)
		return;
	for (size_t i = 0; i < POINTS; i++)
		at[i * GIB] = 1;
	change_all(at, POINTS * GIB);
}

static void areas(void)
{
	char *at = fresh_pages(2 * AREAS);
	long result = 0;

	for (size_t i = 0; i < AREAS && !result; i++) {
		at[2 * i * PAGE] = 1;
		result = sys(SYS_mprotect, at + 2 * i * PAGE, PAGE, PROT_READ);
	}
	want("all areas", result, 0);
	change_all(at, 2 * AREAS * PAGE);
}

static void touch_in_turn(char *at, char *other)
{
	for (size_t i = 0; i < SCATTERED; i++) {
		at[i * PAGE] = 1;
		other[i * PAGE] = 1;
	}
}

// Ends with pages between which there are pages of its parent's.
static int ends_scattered(void *shared)
{
	touch_in_turn(fresh_pages(SCATTERED), shared);
	return 0;
}

// Writes every other page of what it shares with its parent, and keeps the rest until it is told.
static int keeps_every_other(char *large, volatile char *told)
{
	for (size_t i = 0; i < LARGE; i += 2 * PAGE)
		large[i] = 2;
	*told = 1;
	while (*told != 2)
		sched_yield();
	return 0;
}

// Lets go of a large page, of which half is its child's as well.
static int leaves_half_to_child(void *arg)
{
	char *pages = fresh_pages(2 * LARGE / PAGE);
	char *large = (char *)(((uintptr_t)pages + LARGE - 1) & -LARGE);
	volatile char *told =
		mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int status;

	(void)arg;
	memset(large, 1, LARGE);
	if (fork() == 0)
		_exit(keeps_every_other(large, told));
	while (*told != 1)
		sched_yield();
	munmap(pages, 2 * LARGE);
	*told = 2;
	return wait(&status) > 0 ? status : 1;
}

static void scattered(void)
{
	char *shared = mmap(NULL, SCATTERED * PAGE, PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	char *at = fresh_pages(SCATTERED), *other = fresh_pages(SCATTERED);

	want("end among shared pages", status_of(ends_scattered, shared), 0);
	touch_in_turn(at, other);
	want("madvise", sys(SYS_madvise, at, SCATTERED * PAGE, MADV_DONTNEED), 0);
	touch_in_turn(at, other);
	want("munmap", sys(SYS_munmap, at, SCATTERED * PAGE), 0);
	want("a broken large page", status_of(leaves_half_to_child, NULL), 0);
}

static int run_with_strings(void *string)
{
	char **strings = calloc(STRINGS + 1, sizeof(char *));

	for (size_t i = 0; i < STRINGS; i++)
		strings[i] = string;
	sys(SYS_execve, "/bin/true", strings, strings);
	return 1;
}

static int run_with_long_strings(void *arg)
{
	char *string = calloc(1, 100001), *strings[] = {string, string, string, string, NULL};

	(void)arg;
	memset(string, 'x', 100000);
	sys(SYS_execve, "/bin/true", strings, strings);
	return 1;
}

static void strings(void)
{
	want("many empty strings", status_of(run_with_strings, ""), 0);
	want("many strings", status_of(run_with_strings, "word"), 0);
	want("long strings", status_of(run_with_long_strings, NULL), 0);
}

static void segments(void)
{
	static char byte[] = "\n", line[16384];
	struct iovec vector[SEGMENTS];

	memset(line, '.', sizeof(line) - 1);
	line[sizeof(line) - 1] = '\n';
	for (size_t i = 0; i < SEGMENTS; i++)
		vector[i] = (struct iovec){byte, 0};
	want("only empty segments", sys(SYS_writev, 1, vector, SEGMENTS), 0);
	vector[SEGMENTS - 1].iov_len = 1;
	want("one byte behind them", sys(SYS_writev, 1, vector, SEGMENTS), 1);
	for (size_t i = 0; i < SEGMENTS; i++)
		vector[i].iov_len = 1;
	want("a byte each", sys(SYS_writev, 1, vector, SEGMENTS), SEGMENTS);
	want("a long line", sys(SYS_write, 1, line, sizeof(line)), sizeof(line));
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} works[] = {
		{"sparse", sparse},   {"areas", areas},	      {"scattered", scattered},
		{"strings", strings}, {"segments", segments},
	};

	for (size_t i = 0; i < sizeof(works) / sizeof(works[0]); i++) {
		if (argc > 1 && strcmp(argv[1], works[i].name) == 0) {
			works[i].run();
			return wrong ? 1 : 0;
		}
	}
	return 99;
}
