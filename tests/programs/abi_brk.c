// brk: the break's rules, contents, and its copy at fork.
//
// printf and malloc stay away: musl's malloc uses the break too.
#include "say.h"

static unsigned long brk_now(void)
{
	return (unsigned long)sys(SYS_brk, 0);
}

static unsigned long brk_to(unsigned long to)
{
	return (unsigned long)sys(SYS_brk, to);
}

static int reads(void *byte)
{
	return *(volatile char *)byte & 0;
}

static void growing(unsigned long start)
{
	say_if("grows by 10 bytes exactly", brk_to(start + 10) == start + 10);
	*(volatile char *)(start + 9) = 1;
	say_if("grows over pages", brk_to(start + 5 * PAGE + 1) == start + 5 * PAGE + 1);
	say("contents %d %d\n", *(char *)(start + 9), *(char *)(start + 5 * PAGE));
	memset((char *)start, 0x66, 5 * PAGE);
	say_if("shrinks", brk_to(start + PAGE) == start + PAGE);
	say("page 0 keeps %#x\n", *(unsigned char *)(start + 9));
	say_child("page 3 is gone", reads, (char *)(start + 3 * PAGE));
	say_if("grows again", brk_to(start + 4 * PAGE) == start + 4 * PAGE);
	say("contents %#x %#x\n", *(unsigned char *)(start + PAGE - 1),
	    *(unsigned char *)(start + 3 * PAGE));
}

static void refusals(unsigned long start)
{
	unsigned long now = brk_now();

	say_if("below the start", brk_to(start - 1) == now);
	say_if("1", brk_to(1) == now);
	say_if("far too much", brk_to(start + (1ul << 47)) == now);
	say_if("non-canonical", brk_to(NON_CANONICAL) == now);
	say_if("in the kernel", brk_to(KERNEL_ADDR) == now);
	say_if("-1", brk_to(-1ul) == now);
	say_if("unchanged", brk_to(now) == now);
	say_if("still there", brk_now() == now);
}

// A mapping in the way stops the break.
static void in_the_way(unsigned long start)
{
	unsigned long now = brk_now(), wall = (now + 16 * PAGE) & -PAGE;
	long at = sys(SYS_mmap, wall, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
		      0);

	say_if("a wall is built", at == (long)wall);
	say_if("up to a wall, less a page", brk_to(wall - PAGE) == wall - PAGE);
	say_if("a byte more than that", brk_to(wall - PAGE + 1) == wall - PAGE);
	say_if("right up to the wall", brk_to(wall) == wall - PAGE);
	say_if("over the wall", brk_to(wall + PAGE) == wall - PAGE);
	munmap((void *)wall, PAGE);
	say_if("without the wall", brk_to(wall + PAGE) == wall + PAGE);
	say_if("all given back", brk_to(start) == start);
}

static int child(void *start)
{
	if (brk_now() != (unsigned long)start + 2 * PAGE)
		return 1;
	if (*(char *)start != 5)
		return 2;
	*(volatile char *)start = 6;
	if (brk_to((unsigned long)start + 20 * PAGE) != (unsigned long)start + 20 * PAGE)
		return 3;
	*((volatile char *)start + 19 * PAGE) = 1;
	return 0;
}

static void across_fork(unsigned long start)
{
	brk_to(start + 2 * PAGE);
	*(volatile char *)start = 5;
	say_child("child has a break of its own", child, (void *)start);
	say_if("the parent's is the same", brk_now() == start + 2 * PAGE);
	say("and contents %d\n", *(char *)start);
	say_child("child's pages are not here", reads, (char *)(start + 19 * PAGE));
}

int main(void)
{
	unsigned long start = brk_now();

	say_if("there is a break", start != 0);
	growing(start);
	refusals(start);
	in_the_way(start);
	across_fork(start);
	return 0;
}
