// mremap: errors, sizes, places, contents; and stacks that grow.
#include "say.h"

#define RW   (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)

#ifndef MREMAP_MAYMOVE
#define MREMAP_MAYMOVE 1
#define MREMAP_FIXED   2
#endif
#ifndef MREMAP_DONTUNMAP
#define MREMAP_DONTUNMAP 4
#endif

static long remap(void *at, size_t old_size, size_t new_size, int flags, void *to)
{
	return sys(SYS_mremap, at, old_size, new_size, flags, to);
}

static void say_place(const char *what, long result)
{
	say_result(what, result < 0 && result > -4096 ? result : 0);
}

static int reads(void *byte)
{
	return *(volatile char *)byte & 0;
}

static int writes(void *byte)
{
	*(volatile char *)byte = 1;
	return 0;
}

// Pages whose first bytes count from `first`, with room behind them that is free.
static char *numbered(size_t pages, size_t room, int first)
{
	char *at = fresh_pages(pages + room);

	for (size_t i = 0; i < pages; i++)
		at[i * PAGE] = (char)(first + (int)i);
	if (room)
		munmap(at + pages * PAGE, room * PAGE);
	return at;
}

static void errors(void)
{
	char *at = fresh_pages(8);

	munmap(at + 4 * PAGE, PAGE);
	say_place("unaligned", remap(at + 1, PAGE, PAGE, 0, 0));
	say_place("to nothing", remap(at, PAGE, 0, 0, 0));
	say_place("flag unknown", remap(at, PAGE, PAGE, 8, 0));
	say_place("fixed but not movable", remap(at, PAGE, PAGE, MREMAP_FIXED, at + 2 * PAGE));
	say_place("dontunmap with another size",
		  remap(at, PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, 0));
	say_place("of a hole", remap(at + 4 * PAGE, PAGE, 2 * PAGE, MREMAP_MAYMOVE, 0));
	say_place("over a hole", remap(at + 2 * PAGE, 4 * PAGE, 5 * PAGE, MREMAP_MAYMOVE, 0));
	say_place("grows into what is mapped", remap(at, PAGE, 2 * PAGE, 0, 0));
	say_place("from nothing, private", remap(at, 0, PAGE, MREMAP_MAYMOVE, 0));
	say_place("to an unaligned place",
		  remap(at, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, at + 5));
	say_place("over itself",
		  remap(at, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, at + PAGE));
	say_place("to the kernel",
		  remap(at, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, (void *)KERNEL_ADDR));
	say_place("same size", remap(at, PAGE, PAGE, 0, 0));
	say_place("too large", remap(at, PAGE, 1ul << 48, MREMAP_MAYMOVE, 0));
}

static void in_place(void)
{
	char *at = numbered(2, 6, 1);

	say_if("grows where it is", remap(at, 2 * PAGE, 6 * PAGE, 0, 0) == (long)at);
	say("contents %d %d %d %d\n", at[0], at[PAGE], at[2 * PAGE], at[5 * PAGE]);
	memset(at, 7, 6 * PAGE);
	say_if("shrinks", remap(at, 6 * PAGE, 3 * PAGE, 0, 0) == (long)at);
	say_child("page 2", reads, at + 2 * PAGE);
	say_child("page 3", reads, at + 3 * PAGE);
	say_if("grows again", remap(at, 3 * PAGE, 5 * PAGE, 0, 0) == (long)at);
	say("contents %d %d\n", at[2 * PAGE], at[3 * PAGE]);
}

// From `pages` pages to `more`, at another place.
static void moving(size_t pages, size_t more)
{
	char *at = numbered(pages, 0, 1);
	bool same = true;

	char *wall = mmap(at + pages * PAGE, PAGE, PROT_NONE, ANON | MAP_FIXED_NOREPLACE, -1, 0);

	(void)wall;
	char *to = (char *)remap(at, pages * PAGE, more * PAGE, MREMAP_MAYMOVE, 0);

	say_place("moves", (long)to);
	for (size_t i = 0; i < pages; i++)
		same &= to[i * PAGE] == (char)(1 + (int)i);
	say_if("same contents", same);
	say("behind them %d\n", to[(more - 1) * PAGE]);
	say_child("the old place", reads, at);
	munmap(to, more * PAGE);
}

static void fixed(void)
{
	char *at = numbered(4, 0, 1), *to = numbered(6, 0, 50);

	say_if("moves a part to a place that is used",
	       remap(at + PAGE, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, to + PAGE) ==
		       (long)(to + PAGE));
	say("contents %d %d %d %d\n", to[0], to[PAGE], to[2 * PAGE], to[3 * PAGE]);
	say("left %d %d\n", at[0], at[3 * PAGE]);
	say_child("moved", reads, at + PAGE);
	say_if("shrinks on the way", remap(to, 3 * PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED,
					   at + PAGE) == (long)(at + PAGE));
	say("contents %d\n", at[PAGE]);
	say_child("behind the new size", reads, at + 2 * PAGE);
	say_child("behind the old size", reads, to + 2 * PAGE);
	to = numbered(1, 0, 9);
	char *read_only = fresh_pages(1);

	read_only[0] = 3;
	mprotect(read_only, PAGE, PROT_READ);
	say_if("read-only",
	       remap(read_only, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, to) == (long)to);
	say("contents %d\n", to[0]);
	say_child("write it", writes, to);
}

static void left_behind(void)
{
	char *at = numbered(3, 0, 1);
	char *to = (char *)remap(at, 3 * PAGE, 3 * PAGE, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, 0);

	say_place("dontunmap", (long)to);
	say_if("elsewhere", to != at);
	say("there %d %d, here %d %d\n", to[0], to[2 * PAGE], at[0], at[2 * PAGE]);
}

static void shared(void)
{
	char *at = mmap(NULL, 4 * PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	for (int i = 0; i < 4; i++)
		at[(size_t)i * PAGE] = (char)(i + 1);
	char *twice = (char *)remap(at + PAGE, 0, 2 * PAGE, MREMAP_MAYMOVE, 0);

	say_place("a second mapping", (long)twice);
	twice[PAGE] = 30;
	say("contents %d %d, %d\n", twice[0], at[PAGE], at[2 * PAGE]);
	char *to = (char *)remap(at, 4 * PAGE, 6 * PAGE, MREMAP_MAYMOVE, 0);

	say_place("grown", (long)to);
	say("contents %d %d\n", to[0], to[3 * PAGE]);
	say_child("within", reads, to + 3 * PAGE);
	say_child("behind its end", reads, to + 4 * PAGE);
}

static int changes_copy(void *at)
{
	char *to = (char *)remap(at, 3 * PAGE, 4 * PAGE, MREMAP_MAYMOVE, 0);

	to[0] += 1;
	return to[0] + to[2 * PAGE];
}

static void copied(void)
{
	char *at = numbered(3, 0, 5);

	say_child("a child moves its copy", changes_copy, at);
	say("here %d %d\n", at[0], at[2 * PAGE]);
}

static int touch_below(void *at)
{
	for (int i = 1; i <= 8; i++)
		*((volatile char *)at - (size_t)i * PAGE) = 1;
	return 0;
}

static int touch_far(void *at)
{
	*((volatile char *)at - 30 * PAGE) = 1;
	return 0;
}

static void growing_stack(void)
{
	size_t room = 2048;
	char *at = fresh_pages(room), *top = at + room * PAGE;

	munmap(at, room * PAGE);
	long stack = sys(SYS_mmap, top - 2 * PAGE, 2 * PAGE, RW, ANON | MAP_GROWSDOWN | MAP_FIXED,
			 -1, 0);

	say_if("mapped", stack == (long)(top - 2 * PAGE));
	say_child("grows by pages", touch_below, top - 2 * PAGE);
	say_child("grows far", touch_far, top - 2 * PAGE);
	sys(SYS_mmap, top - 20 * PAGE, PAGE, RW, ANON | MAP_FIXED, -1, 0);
	say_child("not with a neighbour near", touch_below, top - 2 * PAGE);
}

int main(void)
{
	errors();
	in_place();
	moving(3, 5);
	moving(600, 1300);
	moving(2000, 2001);
	fixed();
	left_behind();
	shared();
	copied();
	growing_stack();
	return 0;
}
