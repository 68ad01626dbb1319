// abi_fuzz: the calls that change memory, in the arena, and what they have made of it.
#pragma once

#include "arguments.h"

#define MAY_MOVE       1 // MREMAP_
#define TO_FIXED       2
#define POPULATE_READ  22 // MADV_
#define POPULATE_WRITE 23
#define MARK	       2048 // in a page, where no call writes

// Where a fixed address is below what a user may map, a superuser of Linux may; one in the last
// page looks like an error there.
static uint64_t mmap_address(void)
{
	uint64_t at = address();

	return at < ARENA || at > KERNEL_ADDR ? KERNEL_ADDR : at;
}

// What is wrong in several ways may be told as any of them: only a call without the marks of
// others has a type that does not exist.
static int mmap_type(uint64_t size, int flags)
{
	bool plain = size && size < 1ul << 40 && !(flags & MAP_FIXED_NOREPLACE);

	if (plain && once_in(6))
		return below(2) ? 0 : 3;
	return below(4) ? MAP_PRIVATE : MAP_SHARED;
}

static void call_mmap(void)
{
	static const int fds[] = {-1, -1, -1, -1, 0, 99};
	uint64_t at = mmap_address(), size = length();
	int flags = (once_in(12) ? 0 : MAP_ANONYMOUS) | (below(4) ? MAP_FIXED : 0) |
		    (once_in(6) ? MAP_FIXED_NOREPLACE : 0) | (once_in(6) ? MAP_NORESERVE : 0) |
		    (once_in(6) ? MAP_POPULATE : 0) | (once_in(12) ? MAP_LOCKED : 0);
	int fd = flags & MAP_ANONYMOUS ? PICK(fds) : 99 - (int)below(2) * 100;
	long result;

	flags |= mmap_type(size, flags);
	result = raw_call(SYS_mmap, (long)at, (long)size, prot(), flags, fd,
			  once_in(8) ? (long)below(2 * PAGE) : 0);
	if (result < 0 && result > -4096) {
		note_result("mmap", result);
	} else if ((uint64_t)result == at) {
		note("mmap", "there");
	} else {
		note("mmap", "elsewhere");
		sys(SYS_munmap, result, size);
	}
}

// Nothing but the arena may go.
static bool spares_others(uint64_t at, uint64_t size)
{
	uint64_t end = at + ((size + PAGE - 1) & -PAGE);

	return (at >= ARENA && end >= at && end <= ARENA + 2 * ARENA_PAGES * PAGE) ||
	       at >= USER_END || at % PAGE || end < at;
}

static void call_munmap(void)
{
	uint64_t at = address(), size = length();

	if (spares_others(at, size))
		note_result("munmap", sys(SYS_munmap, at, size));
}

static void call_mprotect(void)
{
	uint64_t at = address(), size = length();

	if (spares_others(at, size))
		note_result("mprotect", sys(SYS_mprotect, at, size, prot()));
}

// What has moved out of the arena goes. (Kernels differ in what they do before they find that a
// move to a fixed place cannot be.)
static void call_mremap(void)
{
	static const int flags[] = {0, 0, MAY_MOVE, MAY_MOVE, TO_FIXED, 8, -1};
	uint64_t at = address(), old_size = length(), size = length();
	long result;

	if (!spares_others(at, old_size))
		return;
	result = sys(SYS_mremap, at, old_size, size, PICK(flags), address());
	if (result < 0 && result > -4096) {
		note_result("mremap", result);
	} else if (result >= (long)ARENA && result < (long)(ARENA + 2 * ARENA_PAGES * PAGE)) {
		note("mremap", (uint64_t)result == at ? "stays" : "there");
	} else {
		note("mremap", "elsewhere");
		sys(SYS_munmap, result, size);
	}
}

static void call_madvise(void)
{
	static const int advices[] = {MADV_NORMAL,
				      MADV_RANDOM,
				      MADV_SEQUENTIAL,
				      MADV_WILLNEED,
				      MADV_DONTNEED,
				      MADV_DONTNEED,
				      MADV_DONTNEED,
				      MADV_DONTFORK,
				      MADV_DOFORK,
				      MADV_DONTDUMP,
				      MADV_DODUMP,
				      MADV_WIPEONFORK,
				      MADV_KEEPONFORK,
				      MADV_COLD,
				      MADV_HUGEPAGE,
				      MADV_NOHUGEPAGE,
				      POPULATE_READ,
				      POPULATE_WRITE,
				      5,
				      6,
				      99,
				      -1};
	uint64_t at = address(), size = length();

	if (spares_others(at, size))
		note_result("madvise", sys(SYS_madvise, at, size, PICK(advices)));
}

// Which error a length has that is too great hangs on the limit, which is not a superuser's.
static void call_mlock(void)
{
	uint64_t at = address(), size = below(2 * ARENA_PAGES) * PAGE / 2;

	if (below(2))
		note_result("munlock", sys(SYS_munlock, at, size));
	else if (below(2))
		note_result("mlock", sys(SYS_mlock, at, size));
	else
		note_result("mlock2", sys(SYS_mlock2, at, size, below(4)));
}

static void call_msync(void)
{
	static const int flags[] = {0, MS_ASYNC, MS_SYNC, MS_INVALIDATE, MS_ASYNC | MS_SYNC, 8, -1};

	note_result("msync", sys(SYS_msync, address(), length(), PICK(flags)));
}

// Linux looks at the length of the answer first.
static void call_mincore(void)
{
	static uint8_t pages[4 * ARENA_PAGES];
	uint64_t at = address(), size = length();
	long result;

	if (size > 8 * PAGE)
		size = 8 * PAGE;
	result = sys(SYS_mincore, at, size, once_in(6) ? buffer() : (uint64_t)pages);
	note_result("mincore", result);
}

static void call_rlimit(void)
{
	static const int which[] = {0, 2, 3, 8, 9, 15, 16, 99, -1};
	static const uint64_t limits[][2] = {{-1ul, -1ul}, {1, 0}, {-1ul, 5}};

	if (below(2))
		note_result("getrlimit", sys(SYS_getrlimit, PICK(which), buffer()));
	else
		note_result("prlimit", sys(SYS_prlimit64, 0, PICK(which),
					   below(2) ? 0 : (uint64_t)limits[1 + below(2)],
					   below(2) ? 0 : buffer()));
}

static void call_brk(void)
{
	static const uint64_t bad[] = {0, 1, PAGE, ARENA, KERNEL_ADDR, -1ul, NON_CANONICAL};
	uint64_t old = (uint64_t)sys(SYS_brk, 0);
	uint64_t wanted = once_in(3) ? PICK(bad) : old + below(4 * PAGE);
	uint64_t now = (uint64_t)sys(SYS_brk, wanted);

	note("brk", now == wanted ? "moved" : now == old ? "stays" : "STRANGE");
	sys(SYS_brk, old);
}

static bool is_writable(uint64_t at)
{
	return sys(SYS_getcpu, at + PAGE - 8, 0, 0) == 0;
}

static void poke(void)
{
	uint64_t at = page_address();

	if (is_writable(at))
		*(volatile uint8_t *)(at + MARK) = (uint8_t)(1 + below(9));
	note("poke", is_writable(at) ? "yes" : "no");
}

// One character a page: unmapped, without access, or its mark; small letters can be written.
static char state_of(uint64_t at)
{
	bool readable = sys(SYS_rt_sigprocmask, 99, at, 0, 8) == -EINVAL;

	if (sys(SYS_madvise, at, PAGE, MADV_NORMAL) == -ENOMEM)
		return readable ? '!' : '.';
	if (!readable)
		return '-';
	return (char)((is_writable(at) ? 'a' : 'A') + *(volatile uint8_t *)(at + MARK));
}

static void say_state(void)
{
	char states[2 * ARENA_PAGES + 1] = "";

	for (unsigned i = 0; i < 2 * ARENA_PAGES; i++)
		states[i] = state_of(ARENA + i * PAGE);
	end_line();
	say("%s\n", states);
}
