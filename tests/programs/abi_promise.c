// Memory that no machine has: what is promised all the same, and what is refused (overcommit as of
// Linux's mode 0). And kinds of memory that there are none of; and msync.
#include "say.h"

#include <sys/resource.h>

#define RW	 (PROT_READ | PROT_WRITE)
#define ANON	 (MAP_PRIVATE | MAP_ANONYMOUS)
#define TOO_MUCH (1ul << 45)
#define PART	 (1ul << 20)

static long map(size_t size, int prot, int flags)
{
	return sys(SYS_mmap, 0, size, prot, flags, -1, 0);
}

// What there is no room or memory for an error, for the rest 0.
static long say_place(const char *what, long result)
{
	say_result(what, result < 0 && result > -4096 ? result : 0);
	return result;
}

static int touches(void *at)
{
	char *bytes = at;

	bytes[0] = bytes[TOO_MUCH - 1] = 1;
	return bytes[TOO_MUCH / 2];
}

static int forks(void *arg)
{
	return status_of(touches, arg);
}

static void promised(void)
{
	long at = say_place("without access", map(TOO_MUCH, PROT_NONE, ANON));

	say_result("access to a part", sys(SYS_mprotect, at, PART, RW));
	say_result("access to read all", sys(SYS_mprotect, at, TOO_MUCH, PROT_READ));
	say_result("access to all", sys(SYS_mprotect, at, TOO_MUCH, RW));
	say_result("munmap", sys(SYS_munmap, at, TOO_MUCH));
	at = say_place("not reserved", map(TOO_MUCH, RW, ANON | MAP_NORESERVE));
	say_child("a child uses some of it", touches, (void *)at);
	say_child("and its child", forks, (void *)at);
	say_result("access taken", sys(SYS_mprotect, at, TOO_MUCH, PROT_NONE));
	say_result("and given", sys(SYS_mprotect, at, TOO_MUCH, RW));
	at = say_place("grown", sys(SYS_mremap, at, TOO_MUCH, TOO_MUCH + PAGE, 1, 0));
	say_result("munmap", sys(SYS_munmap, at, TOO_MUCH));
	at = say_place("read-only", map(TOO_MUCH, PROT_READ, ANON));
	say_result("munmap", sys(SYS_munmap, at, TOO_MUCH));
}

static void refused(void)
{
	long start = sys(SYS_brk, 0), at = map(PAGE, RW, ANON);

	say_place("to write", map(TOO_MUCH, RW, ANON));
	say_place("shared", map(TOO_MUCH, RW, MAP_SHARED | MAP_ANONYMOUS));
	say_place("shared, read-only", map(TOO_MUCH, PROT_READ, MAP_SHARED | MAP_ANONYMOUS));
	say_if("brk", sys(SYS_brk, start + TOO_MUCH) == start);
	say_place("mremap", sys(SYS_mremap, at, PAGE, TOO_MUCH, 1, 0));
	say_if("what is there stays", sys(SYS_mprotect, at, PAGE, PROT_READ) == 0);
}

static void other_kinds(void)
{
	say_place("huge pages", map(4ul << 20, RW, ANON | MAP_HUGETLB));
	say_place("of 2 MiB", map(4ul << 20, RW, ANON | MAP_HUGETLB | 21 << 26));
	say_place("of 4 MiB, which there are none",
		  map(4ul << 20, RW, ANON | MAP_HUGETLB | 22 << 26));
	say_place("shared", map(4ul << 20, RW, MAP_SHARED | MAP_ANONYMOUS | MAP_HUGETLB));
	say_place("shared and validated", map(PAGE, RW, 3 | MAP_ANONYMOUS));
	say_place("no kind", map(PAGE, RW, MAP_ANONYMOUS));
	say_place("a kind that is none", map(PAGE, RW, 15 | MAP_ANONYMOUS));
	say_place("executable, deny write", map(PAGE, RW, ANON | MAP_EXECUTABLE | MAP_DENYWRITE));
	say_place("grows down", map(PAGE, RW, ANON | MAP_GROWSDOWN));
	say_place("shared, grows down", map(PAGE, RW, MAP_SHARED | MAP_ANONYMOUS | MAP_GROWSDOWN));
	say_place("nonblock", map(PAGE, RW, ANON | MAP_POPULATE | MAP_NONBLOCK));
	say_place("protection unknown", map(PAGE, 0x40, ANON));
}

static void syncing(void)
{
	char *at = fresh_pages(4);

	munmap(at + 2 * PAGE, PAGE);
	say_result("msync", sys(SYS_msync, at, PAGE, MS_SYNC));
	say_result("async", sys(SYS_msync, at, PAGE, MS_ASYNC));
	say_result("both", sys(SYS_msync, at, PAGE, MS_SYNC | MS_ASYNC));
	say_result("neither", sys(SYS_msync, at, PAGE, 0));
	say_result("flag unknown", sys(SYS_msync, at, PAGE, 8));
	say_result("unaligned", sys(SYS_msync, at + 1, PAGE, MS_SYNC));
	say_result("nothing", sys(SYS_msync, at, 0, MS_SYNC));
	say_result("wraps", sys(SYS_msync, at, -PAGE, MS_SYNC));
	say_result("over a hole", sys(SYS_msync, at, 4 * PAGE, MS_SYNC));
	say_result("a hole", sys(SYS_msync, at + 2 * PAGE, PAGE, MS_ASYNC));
	say_result("invalidate", sys(SYS_msync, at, PAGE, MS_INVALIDATE));
	mlock(at + PAGE, PAGE);
	say_result("invalidate what is locked", sys(SYS_msync, at, 2 * PAGE, MS_INVALIDATE));
	say_result("sync what is locked", sys(SYS_msync, at, 2 * PAGE, MS_SYNC));
}

int main(void)
{
	promised();
	refused();
	other_kinds();
	syncing();
	return 0;
}
