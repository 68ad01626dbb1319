// Calls that give the kernel long work: sparse memory, many areas, many strings, many segments.
// Each must come to its end; a test looks how long the timer had to wait meanwhile.
//
// usage: long_calls sparse|areas|strings|segments
#include "say.h"
#include <stdlib.h>
#include <sys/uio.h>

#define GIB	 (1ul << 30)
#define POINTS	 6000  // pages, one a GiB
#define AREAS	 20000 // each of two pages, of which one is read-only
#define STRINGS	 50000
#define SEGMENTS 1024

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
		{"sparse", sparse}, {"areas", areas}, {"strings", strings}, {"segments", segments}};

	for (size_t i = 0; i < sizeof(works) / sizeof(works[0]); i++) {
		if (argc > 1 && strcmp(argv[1], works[i].name) == 0) {
			works[i].run();
			return wrong ? 1 : 0;
		}
	}
	return 99;
}
