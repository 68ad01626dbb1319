// MADV_COLLAPSE: what it answers, and that contents stay, also those that are written meanwhile.
// That a page is large cannot be seen; fork, munmap and mprotect of parts follow each collapse.
#include "say.h"

#define LARGE	      (2ul << 20)
#define PLACE	      ((char *)0x200000000000)
#define MADV_COLLAPSE 25

static char *map_at(char *at, size_t size, int prot)
{
	char *got = mmap(at, size, prot, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

	if (got != at)
		_exit(98);
	madvise(at, size, MADV_NOHUGEPAGE);
	return at;
}

static uint64_t *word(char *at, unsigned long page)
{
	return (uint64_t *)(at + page * PAGE + 8 * (page % 500));
}

static void fill(char *at, size_t size, unsigned long step)
{
	for (unsigned long i = 0; i < size / PAGE; i += step)
		*word(at, i) = i + 1;
}

static void count(const char *what, char *at, size_t size)
{
	unsigned long kept = 0, zero = 0, others = 0;

	for (unsigned long i = 0; i < size / PAGE; i++) {
		uint64_t found = *word(at, i);

		kept += found == i + 1;
		zero += found == 0;
		others += *(uint64_t *)(at + i * PAGE + 4088) != 0;
	}
	say("%s: %lu kept, %lu zero, %lu odd\n", what, kept, zero, others);
}

static long collapse(char *at, size_t size)
{
	return sys(SYS_madvise, at, size, MADV_COLLAPSE);
}

// Pages as small ones, then the right to large ones.
static char *small_pages(size_t size, unsigned long step)
{
	char *at = map_at(PLACE, size, PROT_READ | PROT_WRITE);

	fill(at, size, step);
	madvise(at, size, MADV_HUGEPAGE);
	return at;
}

static void contents(void)
{
	char *at = small_pages(4 * LARGE, 1);

	say_result("all of it", collapse(at, 4 * LARGE));
	count("all of it", at, 4 * LARGE);
	say_result("again", collapse(at, 4 * LARGE));
	say_result("munmap of a part", sys(SYS_munmap, at + LARGE + 5 * PAGE, 9 * PAGE));
	count("below", at, LARGE + 5 * PAGE);
	say_result("with the hole", collapse(at, 4 * LARGE));
	munmap(at, 4 * LARGE);
	at = small_pages(2 * LARGE, 3);
	say_result("with pages that are not there", collapse(at, 2 * LARGE));
	count("with pages that are not there", at, 2 * LARGE);
	fill(at, 2 * LARGE, 2);
	count("written afterwards", at, 2 * LARGE);
	munmap(at, 2 * LARGE);
	at = small_pages(3 * LARGE, 1);
	say_result("from the middle of one", collapse(at + LARGE / 2, 2 * LARGE));
	say_result("less than one", collapse(at + LARGE / 2, LARGE));
	say_result("some bytes", collapse(at + PAGE, 10));
	count("parts", at, 3 * LARGE);
	munmap(at, 3 * LARGE);
}

// Linux up to 6.1 wants a page in each block that can be written; later ones do not.
static void write_each(char *at)
{
	*word(at, 3) = 7;
	*word(at, 1000) = 7;
}

static int read_and_write(void *arg)
{
	char *at = arg;

	count("in the child", at, 2 * LARGE);
	write_each(at);
	say_result("in the child", collapse(at, 2 * LARGE));
	count("and after it", at, 2 * LARGE);
	return 0;
}

static void shared_with_a_child(void)
{
	char *at = small_pages(2 * LARGE, 1);

	say_child("child", read_and_write, at);
	count("in the parent", at, 2 * LARGE);
	write_each(at);
	say_result("collapsed before", collapse(at, 2 * LARGE));
	say_child("child", read_and_write, at);
	count("in the parent", at, 2 * LARGE);
	munmap(at, 2 * LARGE);
}

// Large pages that were split: mprotect of all of them may make them large again.
static void split_and_merged(void)
{
	char *at = small_pages(2 * LARGE, 1);

	collapse(at, 2 * LARGE);
	say_result("a part", sys(SYS_mprotect, at + 7 * PAGE, PAGE, PROT_READ));
	say_result("all", sys(SYS_mprotect, at, 2 * LARGE, PROT_READ | PROT_WRITE));
	count("equal again", at, 2 * LARGE);
	say_result("none", sys(SYS_mprotect, at + LARGE, PAGE, PROT_NONE));
	say_result("read only", sys(SYS_mprotect, at, 2 * LARGE, PROT_READ));
	count("read only", at, 2 * LARGE);
	say_result("may be written", sys(SYS_mprotect, at, 2 * LARGE, PROT_READ | PROT_WRITE));
	say_child("child", read_and_write, at);
	fill(at, 2 * LARGE, 1);
	count("after a child", at, 2 * LARGE);
	munmap(at, 2 * LARGE);
}

static void refusals(void)
{
	char *at = small_pages(2 * LARGE, 1);

	say_result("an odd address", collapse(at + 1, LARGE));
	say_result("no length", collapse(at, 0));
	say_result("above the user half", collapse((char *)USER_END, LARGE));
	say_result("nothing there", collapse(at + 4 * LARGE, LARGE));
	madvise(at, 2 * LARGE, MADV_NOHUGEPAGE);
	say_result("MADV_NOHUGEPAGE", collapse(at, 2 * LARGE));
	munmap(at, 2 * LARGE);
	at = map_at(PLACE, 2 * LARGE, PROT_READ | PROT_WRITE);
	madvise(at, 2 * LARGE, MADV_HUGEPAGE);
	say_result("untouched", collapse(at, 2 * LARGE));
	*word(at, 512) = 1;
	say_result("one block untouched", collapse(at, 2 * LARGE));
	munmap(at, 2 * LARGE);
	at = map_at(PLACE + PAGE, 2 * LARGE - 2 * PAGE, PROT_READ | PROT_WRITE);
	madvise(at, 2 * LARGE - 2 * PAGE, MADV_HUGEPAGE);
	fill(at, LARGE, 1);
	say_result("too small an area", collapse(at, LARGE));
	munmap(at, 2 * LARGE - 2 * PAGE);
}

int main(void)
{
	contents();
	shared_with_a_child();
	split_and_merged();
	refusals();
	return 0;
}
