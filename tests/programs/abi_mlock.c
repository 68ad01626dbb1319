// mlock and its relatives, and the limits of memory. On Linux all privileges are given up first.
#include "say.h"

#include <sys/resource.h>

#ifndef MLOCK_ONFAULT
#define MLOCK_ONFAULT 1
#endif
#ifndef MCL_ONFAULT
#define MCL_ONFAULT 4
#endif

#define RW   (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)

static void give_up_privileges(void)
{
	struct {
		uint32_t version;
		int pid;
	} header = {0x20080522, 0}; // _LINUX_CAPABILITY_VERSION_3
	uint32_t none[6] = {0};

	sys(SYS_capset, &header, none);
}

// The soft limit; the hard one stays.
static long limit(int resource, unsigned long soft)
{
	struct rlimit old;

	sys(SYS_prlimit64, 0, resource, NULL, &old);
	old.rlim_cur = soft;
	return sys(SYS_prlimit64, 0, resource, &old, NULL);
}

static long map(size_t size, int prot, int flags)
{
	return sys(SYS_mmap, 0, size, prot, flags, -1, 0);
}

static void say_place(const char *what, long result)
{
	say_result(what, result < 0 && result > -4096 ? result : 0);
}

static int in_core(char *at)
{
	unsigned char there = 9;

	return sys(SYS_mincore, at, PAGE, &there) ? -1 : there & 1;
}

static void errors(void)
{
	char *at = fresh_pages(4);

	munmap(at + 2 * PAGE, PAGE);
	say_result("mlock nothing", sys(SYS_mlock, at, 0));
	say_result("mlock a byte", sys(SYS_mlock, at + 5, 1));
	say("in core %d %d\n", in_core(at), in_core(at + PAGE));
	say_result("mlock a hole", sys(SYS_mlock, at + 2 * PAGE, PAGE));
	say_result("mlock over a hole", sys(SYS_mlock, at, 4 * PAGE));
	say("in core %d %d\n", in_core(at + PAGE), in_core(at + 3 * PAGE));
	say_result("mlock wraps", sys(SYS_mlock, at, -PAGE));
	say_result("munlock wraps", sys(SYS_munlock, at, -PAGE));
	say_result("munlock over a hole", sys(SYS_munlock, at, 4 * PAGE));
	say_result("munlock", sys(SYS_munlock, at, 2 * PAGE));
	say_result("mlock2 with a flag unknown", sys(SYS_mlock2, at, PAGE, 2));
	say_result("mlock2", sys(SYS_mlock2, at, PAGE, 0));
	say_result("mlock2 on fault", sys(SYS_mlock2, at + 3 * PAGE, PAGE, MLOCK_ONFAULT));
	say("in core %d\n", in_core(at + 3 * PAGE));
	say_result("mlockall of nothing", sys(SYS_mlockall, 0));
	say_result("mlockall on fault alone", sys(SYS_mlockall, MCL_ONFAULT));
	say_result("mlockall 8", sys(SYS_mlockall, 8));
	say_result("munlockall", sys(SYS_munlockall));
}

static void no_access(void)
{
	char *at = fresh_pages(3);

	mprotect(at + PAGE, PAGE, PROT_NONE);
	say_result("mlock without access", sys(SYS_mlock, at, 3 * PAGE));
	say("in core %d %d %d\n", in_core(at), in_core(at + PAGE), in_core(at + 2 * PAGE));
	say_result("DONTNEED of it", sys(SYS_madvise, at, PAGE, MADV_DONTNEED));
	say_result("FREE of it", sys(SYS_madvise, at, PAGE, MADV_FREE));
	say_result("munlock", sys(SYS_munlock, at, 3 * PAGE));
	say_result("DONTNEED of it", sys(SYS_madvise, at, PAGE, MADV_DONTNEED));
}

static int locks_eight(void *at)
{
	return (int)-sys(SYS_mlock, at, 8 * PAGE);
}

static void memlock_limit(void)
{
	char *at = fresh_pages(32);

	say_result("limit of 8 pages", limit(RLIMIT_MEMLOCK, 8 * PAGE));
	say_result("mlock 9", sys(SYS_mlock, at, 9 * PAGE));
	say_result("mlock 6", sys(SYS_mlock, at, 6 * PAGE));
	say_result("mlock 2 more", sys(SYS_mlock, at + 10 * PAGE, 2 * PAGE));
	say_result("mlock 1 more", sys(SYS_mlock, at + 20 * PAGE, PAGE));
	say_result("mlock the same", sys(SYS_mlock, at + PAGE, 4 * PAGE));
	say_child("a child has locked none", locks_eight, at + 16 * PAGE);
	say_place("map locked", map(PAGE, RW, ANON | MAP_LOCKED));
	say_result("munmap of 2", sys(SYS_munmap, at + 10 * PAGE, 2 * PAGE));
	long locked = map(2 * PAGE, RW, ANON | MAP_LOCKED);

	say_place("map 2 locked", locked);
	say("in core %d\n", in_core((char *)locked));
	say_result("mlockall", sys(SYS_mlockall, MCL_CURRENT));
	say_result("munlockall", sys(SYS_munlockall));
	say_result("mlockall of the future", sys(SYS_mlockall, MCL_FUTURE));
	locked = map(8 * PAGE, RW, ANON);
	say_place("map 8", locked);
	say("in core %d\n", in_core((char *)locked + 7 * PAGE));
	say_place("map 1 more", map(PAGE, RW, ANON));
	say_result("munlockall", sys(SYS_munlockall));
	say_result("limit of 0", limit(RLIMIT_MEMLOCK, 0));
	say_result("mlock", sys(SYS_mlock, at, PAGE));
	say_result("mlockall", sys(SYS_mlockall, MCL_CURRENT));
	say_place("map locked", map(PAGE, RW, ANON | MAP_LOCKED));
	say_result("munlock", sys(SYS_munlock, at, PAGE));
}

static int address_space(void *unused)
{
	(void)unused;
	say_result("limit of address space", limit(RLIMIT_AS, 64ul << 20));
	say_place("map 65 MiB", map(65ul << 20, RW, ANON));
	say_place("map 65 MiB without access", map(65ul << 20, PROT_NONE, ANON));
	say_place("map 16 MiB", map(16ul << 20, PROT_NONE, ANON));
	unsigned long now = (unsigned long)sys(SYS_brk, 0);

	say_if("brk is refused", (unsigned long)sys(SYS_brk, now + (63ul << 20)) == now);
	return 0;
}

static int data(void *unused)
{
	(void)unused;
	long at = map(32ul << 20, PROT_NONE, ANON);

	say_result("limit of data", limit(RLIMIT_DATA, 16ul << 20));
	say_place("map 17 MiB", map(17ul << 20, RW, ANON));
	say_place("map 17 MiB read-only", map(17ul << 20, PROT_READ, ANON));
	say_place("map 17 MiB shared", map(17ul << 20, RW, MAP_SHARED | MAP_ANONYMOUS));
	say_place("map 8 MiB", map(8ul << 20, RW, ANON));
	say_place("map 8 MiB again", map(8ul << 20, RW, ANON));
	say_result("mprotect 32 MiB", sys(SYS_mprotect, at, 32ul << 20, RW));
	say_result("mprotect 1 MiB", sys(SYS_mprotect, at, 1ul << 20, RW));
	unsigned long now = (unsigned long)sys(SYS_brk, 0);

	say_if("brk is refused", (unsigned long)sys(SYS_brk, now + (17ul << 20)) == now);
	return 0;
}

static int deep(int levels)
{
	volatile char frame[4096];

	frame[0] = (char)levels;
	if (levels)
		return deep(levels - 1) + frame[0] * 0;
	return 0;
}

static int deep_64k(void *unused)
{
	(void)unused;
	return deep(16);
}

static int deep_1m(void *unused)
{
	(void)unused;
	return deep(256);
}

static void stack(void)
{
	say_result("limit of the stack", limit(RLIMIT_STACK, 512ul << 10));
	say_child("64 KiB deep", deep_64k, NULL);
	say_child("1 MiB deep", deep_1m, NULL);
	say_result("limit of the stack", limit(RLIMIT_STACK, 4ul << 20));
	say_child("1 MiB deep", deep_1m, NULL);
}

static void limit_errors(void)
{
	struct rlimit both = {5, 4}, got;

	say_result("getrlimit 16", sys(SYS_getrlimit, 16, &got));
	say_result("getrlimit -1", sys(SYS_getrlimit, -1, &got));
	say_result("getrlimit to nowhere", sys(SYS_getrlimit, RLIMIT_AS, KERNEL_ADDR));
	say_result("setrlimit from nowhere", sys(SYS_setrlimit, RLIMIT_AS, 16));
	say_result("setrlimit 16", sys(SYS_setrlimit, 16, &both));
	say_result("soft above hard", sys(SYS_setrlimit, RLIMIT_CORE, &both));
	say_result("prlimit of nobody", sys(SYS_prlimit64, 0x3fffffff, RLIMIT_CORE, NULL, &got));
	say_result("prlimit of 16", sys(SYS_prlimit64, 0, 16, NULL, &got));
	both.rlim_cur = 3;
	say_result("prlimit sets and gets", sys(SYS_prlimit64, 0, RLIMIT_LOCKS, &both, &got));
	say_if("was without limit", got.rlim_cur == RLIM_INFINITY);
	say_result("prlimit gets", sys(SYS_prlimit64, getpid(), RLIMIT_LOCKS, NULL, &got));
	say("now %lu, %lu\n", (unsigned long)got.rlim_cur, (unsigned long)got.rlim_max);
	both.rlim_max = 5;
	say_result("up again", sys(SYS_setrlimit, RLIMIT_LOCKS, &both));
	say_result("getrlimit", sys(SYS_getrlimit, RLIMIT_STACK, &got));
	say("stack %lu\n", (unsigned long)got.rlim_cur);
}

int main(void)
{
	give_up_privileges();
	limit_errors();
	errors();
	no_access();
	memlock_limit();
	say_child("address space", address_space, NULL);
	say_child("data", data, NULL);
	stack();
	return 0;
}
