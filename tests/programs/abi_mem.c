// mmap and munmap of anonymous memory: errors, places, splitting, contents.
#include "say.h"

#define RW   (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)

static long map(unsigned long at, size_t size, int prot, int flags)
{
	return sys(SYS_mmap, at, size, prot, flags, -1, 0);
}

// Whether a child can read (or write) the byte.
static int reads(void *byte)
{
	return *(volatile char *)byte & 0;
}

static int writes(void *byte)
{
	*(volatile char *)byte = 1;
	return 0;
}

// The sign of a result that is an address: those differ.
static void say_place(const char *what, long result)
{
	if (result < 0 && result > -4096)
		say_result(what, result);
	else
		say("%s: mapped%s\n", what, result % (long)PAGE ? ", unaligned" : "");
}

static void map_errors(void)
{
	char *at = fresh_pages(1);

	say_place("length 0", map(0, 0, RW, ANON));
	say_place("length 2^47", map(0, 1ul << 47, RW, ANON));
	say_place("length 2^63", map(0, 1ul << 63, RW, ANON));
	say_place("length -1", map(0, -1ul, RW, ANON));
	say_place("length -4095", map(0, -4095ul, RW, ANON));
	say_place("neither private nor shared", map(0, PAGE, RW, MAP_ANONYMOUS));
	say_place("offset of half a page", sys(SYS_mmap, 0, PAGE, RW, ANON, -1, PAGE / 2));
	say_place("no descriptor", sys(SYS_mmap, 0, PAGE, RW, MAP_PRIVATE, -1, 0));
	say_place("descriptor 77", sys(SYS_mmap, 0, PAGE, RW, MAP_PRIVATE, 77, 0));
	say_place("fixed, unaligned", map((unsigned long)at + 1, PAGE, RW, ANON | MAP_FIXED));
	say_place("fixed in the kernel", map(KERNEL_ADDR, PAGE, RW, ANON | MAP_FIXED));
	say_place("fixed, non-canonical", map(NON_CANONICAL, PAGE, RW, ANON | MAP_FIXED));
	say_place("fixed at the last page of the lower half",
		  map(USER_END, PAGE, RW, ANON | MAP_FIXED));
	say_place("fixed over the end", map(USER_END - PAGE, 2 * PAGE, RW, ANON | MAP_FIXED));
	say_place("fixed, wrapping", map(-PAGE, 2 * PAGE, RW, ANON | MAP_FIXED));
}

static void kinds(void)
{
	say_place("no access", map(0, PAGE, PROT_NONE, ANON));
	say_place("read", map(0, PAGE, PROT_READ, ANON));
	say_place("all accesses", map(0, PAGE, RW | PROT_EXEC, ANON));
	say_place("1 byte", map(0, 1, RW, ANON));
	say_place("no reserve", map(0, PAGE, RW, ANON | MAP_NORESERVE));
	say_place("stack", map(0, PAGE, RW, ANON | MAP_STACK));
	say_place("populate", map(0, 4 * PAGE, RW, ANON | MAP_POPULATE));
	say_place("64 GiB without access", map(0, 1ul << 36, PROT_NONE, ANON | MAP_NORESERVE));
	long low = map(0, PAGE, RW, ANON | MAP_32BIT);

	say_if("below 2 GiB when asked for", low > 0 && low < 1l << 31);
}

static void hints(void)
{
	char *at = fresh_pages(3);

	munmap(at, 3 * PAGE);
	say_if("a free hint is taken", map((unsigned long)at, PAGE, RW, ANON) == (long)at);
	say_if("an unaligned hint is rounded",
	       map((unsigned long)at + PAGE + 5, PAGE, RW, ANON) == (long)(at + PAGE) ||
		       map((unsigned long)at + PAGE + 5, PAGE, RW, ANON) == (long)(at + 2 * PAGE));
	long other = map((unsigned long)at, PAGE, RW, ANON);

	say_if("a used hint leads elsewhere", other > 0 && other != (long)at);
	say_place("a hint in the kernel", map(KERNEL_ADDR, PAGE, RW, ANON));
	say_place("a non-canonical hint", map(NON_CANONICAL, PAGE, RW, ANON));
}

static void fixed(void)
{
	char *at = fresh_pages(3);
	int no_replace = ANON | MAP_FIXED_NOREPLACE;

	memset(at, 5, 3 * PAGE);
	say_place("no replace, used", map((unsigned long)at + 2 * PAGE, PAGE, RW, no_replace));
	say_place("no replace, end used", map((unsigned long)at - PAGE, 4 * PAGE, RW, no_replace));
	say_if("fixed replaces",
	       map((unsigned long)at + PAGE, PAGE, RW, ANON | MAP_FIXED) == (long)(at + PAGE));
	say("contents %d %d %d\n", at[0], at[PAGE], at[2 * PAGE]);
	munmap(at + PAGE, PAGE);
	say_if("no replace, free",
	       map((unsigned long)at + PAGE, PAGE, RW, no_replace) == (long)(at + PAGE));
	say("contents %d %d %d\n", at[0], at[PAGE], at[2 * PAGE]);
	say_if("fixed and read-only",
	       map((unsigned long)at, PAGE, PROT_READ, ANON | MAP_FIXED) == (long)at);
	say_child("read it", reads, at);
	say_child("write it", writes, at);
}

static void unmap_errors(void)
{
	char *at = fresh_pages(1);

	say_result("munmap unaligned", sys(SYS_munmap, at + 1, PAGE));
	say_result("munmap nothing", sys(SYS_munmap, at, 0));
	say_result("munmap -1 bytes", sys(SYS_munmap, at, -1));
	say_result("munmap 2^63 bytes", sys(SYS_munmap, at, 1ul << 63));
	say_result("munmap in the kernel", sys(SYS_munmap, KERNEL_ADDR, PAGE));
	say_result("munmap non-canonical", sys(SYS_munmap, NON_CANONICAL, PAGE));
	say_result("munmap over the end", sys(SYS_munmap, USER_END - PAGE, 2 * PAGE));
	say_result("munmap 1 byte", sys(SYS_munmap, at, 1));
	say_child("the whole page is gone", reads, at);
	say_result("munmap a hole", sys(SYS_munmap, at, PAGE));
	*(volatile char *)fresh_pages(1) = 1;
}

// Unmaps pages in the middle, at both ends, and across several mappings.
static void splitting(void)
{
	char *at = fresh_pages(8);

	for (int i = 0; i < 8; i++)
		at[i * PAGE] = (char)(i + 1);
	say_result("munmap page 3", sys(SYS_munmap, at + 3 * PAGE, PAGE));
	say_result("munmap page 0", sys(SYS_munmap, at, PAGE));
	say_result("munmap page 7", sys(SYS_munmap, at + 7 * PAGE, PAGE));
	say("left: %d %d %d %d %d\n", at[PAGE], at[2 * PAGE], at[4 * PAGE], at[5 * PAGE],
	    at[6 * PAGE]);
	say_child("page 0", reads, at);
	say_child("page 3", reads, at + 3 * PAGE);
	say_child("page 7", reads, at + 7 * PAGE);
	say_result("munmap pages 2 to 5", sys(SYS_munmap, at + 2 * PAGE, 4 * PAGE));
	say("left: %d %d\n", at[PAGE], at[6 * PAGE]);
	say_child("page 2", writes, at + 2 * PAGE);
	say_child("page 5", writes, at + 5 * PAGE);
	say_result("munmap all", sys(SYS_munmap, at, 8 * PAGE));
	say_child("page 1", reads, at + PAGE);
	say_child("page 6", reads, at + 6 * PAGE);
}

static bool all_zero(const char *at, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (at[i])
			return false;
	return true;
}

static void contents(void)
{
	bool zero = true;

	// Freed frames come round again: they must have been cleared.
	for (int round = 0; round < 20; round++) {
		char *at = fresh_pages(32);

		zero &= all_zero(at, 32 * PAGE);
		memset(at, 0x55, 32 * PAGE);
		munmap(at, 32 * PAGE);
	}
	say_if("fresh pages are zero", zero);
}

static int all_read_zero(void *at)
{
	return !all_zero(at, 8 * PAGE);
}

static int write_third(void *at)
{
	((volatile char *)at)[3 * PAGE] = 9;
	return !all_zero(at, 3 * PAGE) || ((volatile char *)at)[3 * PAGE] != 9;
}

// Pages that are read before they are written share one page of zeros: it must stay zero.
static void read_first(void)
{
	char *at = fresh_pages(8), *other = fresh_pages(8);

	say_if("read as zero", all_zero(at, 8 * PAGE) && all_zero(other, 8 * PAGE));
	at[2 * PAGE] = 5;
	say_child("a child reads the others", all_read_zero, other);
	say_child("a child writes one", write_third, other);
	say_if("zero without what was written",
	       all_zero(at, 2 * PAGE) && all_zero(at + 3 * PAGE, 5 * PAGE));
	say("written: %d\n", at[2 * PAGE]);
	mprotect(other, 8 * PAGE, PROT_READ);
	say_child("a child writes what is read-only", write_third, other);
	mprotect(other, 8 * PAGE, RW);
	other[PAGE] = 6;
	say_if("zero beside it", all_zero(other + 2 * PAGE, 6 * PAGE));
	say_if("fresh pages are zero", all_zero(fresh_pages(8), 8 * PAGE));
}

static int double_values(void *values)
{
	for (int i = 0; i < 4; i++)
		((volatile int *)values)[i * 1024] *= 2;
	return 0;
}

static void shared(void)
{
	long at = map(0, 4 * PAGE, RW, MAP_SHARED | MAP_ANONYMOUS);
	volatile int *values = (volatile int *)at;

	say_place("shared", at);
	if (at < 0)
		return;
	for (int i = 0; i < 3; i++)
		values[i * 1024] = i + 1;
	say_child("a child doubles them", double_values, (void *)at);
	say("values %d %d %d %d\n", values[0], values[1024], values[2048], values[3072]);
}

int main(void)
{
	map_errors();
	kinds();
	hints();
	fixed();
	unmap_errors();
	splitting();
	contents();
	read_first();
	shared();
	return 0;
}
