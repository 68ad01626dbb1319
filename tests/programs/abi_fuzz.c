// Calls with odd arguments, chosen by a seed: what each answers, and what the memory is then, must
// be the same on Linux and on Stoa. Memory calls work on an arena at a fixed address, whose pages
// are looked at by calls that fault rather than by loads.
//
// usage: abi_fuzz [EPISODES [SEED]]
#include "abi_fuzz/arguments.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/uio.h>
#include <time.h>

#define EPISODES       60
#define CALLS	       40
#define POPULATE_READ  22 // MADV_
#define POPULATE_WRITE 23
#define MARK	       2048 // in a page, where no call writes

// --- memory --------------------------------------------------------------------------------------

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

// --- other calls ---------------------------------------------------------------------------------

static void call_wait4(void)
{
	static const int pids[] = {-1, 0, 1 << 30, INT32_MIN, INT32_MAX, -INT32_MAX, 2};
	static const int odd[] = {0,	       WUNTRACED, WCONTINUED, __WALL,  __WCLONE,
				  __WNOTHREAD, 4,	  16,	      WNOWAIT, 1 << 27};

	note_result("wait4", sys(SYS_wait4, PICK(pids), buffer(), WNOHANG | PICK(odd) | PICK(odd),
				 buffer()));
}

static void call_kill(void)
{
	static const int signals[] = {0, 0, SIGCHLD, SIGCONT, SIGURG, SIGWINCH, 65, -1, 1000};
	static const int nobody[] = {1 << 30, INT32_MAX, INT32_MIN, -(1 << 30)};
	int pid = below(2) ? (int)getpid() : PICK(nobody), signal = PICK(signals);
	long result;

	switch (below(3)) {
	case 0:
		note_result("kill", sys(SYS_kill, pid, signal));
		break;
	case 1:
		note_result("tkill", sys(SYS_tkill, below(4) ? pid : 0, signal));
		break;
	default:
		result = sys(SYS_tgkill, below(4) ? (int)getpid() : PICK(nobody), pid, signal);
		note_result("tgkill", result);
	}
}

static void call_sigprocmask(void)
{
	static const uint64_t sizes[] = {8, 8, 8, 8, 0, 4, 16, 128, -1ul};
	uint64_t set = below(3) ? buffer() : 0, old = below(3) ? buffer() : 0, none = 0;

	note_result("sigprocmask", sys(SYS_rt_sigprocmask, below(5), set, old, PICK(sizes)));
	sys(SYS_rt_sigprocmask, SIG_SETMASK, &none, 0, 8);
}

static void call_nanosleep(void)
{
	static const struct timespec times[] = {
		{0, 0}, {0, 1}, {-1, 0}, {0, -1}, {0, 1000000000}, {0, INT64_MIN}, {INT64_MIN, 0},
	};
	struct timespec time = PICK(times);

	note_result("nanosleep", sys(SYS_nanosleep,
				     once_in(4) ? PICK(bad_addresses) : (uint64_t)&time, buffer()));
}

static void call_clock_gettime(void)
{
	static const int clocks[] = {0, 1, 2, 3, 4, 5, 6, 7, 10, 12, 15, 16, 99, INT32_MAX};

	note_result("clock_gettime", sys(SYS_clock_gettime, PICK(clocks), buffer()));
}

// How many bytes a kernel has for its CPUs is its own business.
static void note_affinity(long result)
{
	note_result("getaffinity", result > 0 ? 1 : result);
}

static void call_affinity(void)
{
	static const uint64_t sizes[] = {0, 1, 4, 7, 8, 8, 8, 12, 16, 128, 1 << 20};
	static const int pids[] = {0, 0, 0, 1 << 30, -1, INT32_MIN};
	uint64_t mask[16] = {below(4) != 0}, size = PICK(sizes);
	int pid = PICK(pids);

	if (below(2))
		note_affinity(sys(SYS_sched_getaffinity, pid, size, address() & -8ul));
	else if (once_in(4) || size > sizeof(mask))
		note_result("setaffinity", sys(SYS_sched_setaffinity, pid, 8, PICK(bad_addresses)));
	else
		note_result("setaffinity", sys(SYS_sched_setaffinity, pid, size, mask));
}

static void call_arch_prctl(void)
{
	static const int codes[] = {0,		 1,	      0x1000, ARCH_SET_GS,
				    ARCH_GET_FS, ARCH_GET_GS, 0x1005, -1};
	int code = PICK(codes);

	note_result("arch_prctl",
		    sys(SYS_arch_prctl, code, code == ARCH_SET_GS ? address() : buffer()));
	if (below(2))
		note_result("set_fs", sys(SYS_arch_prctl, ARCH_SET_FS, USER_END + below(2) * PAGE));
}

static void call_small(void)
{
	switch (below(4)) {
	case 0:
		note_result("getcpu", sys(SYS_getcpu, buffer(), buffer()) < 0 ? -EFAULT : 0);
		break;
	case 1:
		note_result("uname", sys(SYS_uname, buffer()));
		break;
	case 2:
		note_result("restart_syscall", sys(SYS_restart_syscall));
		break;
	default:
		note("set_tid_address",
		     sys(SYS_set_tid_address, address()) == sys(SYS_gettid) ? "tid" : "STRANGE");
	}
}

// Where nothing is written or read, since the kinds of file differ.
static void call_write(void)
{
	static const int fds[] = {-1, 99, INT32_MAX, INT32_MIN};
	static const int counts[] = {0, 1, -1, 1024, 1025, INT32_MAX, INT32_MIN};
	struct iovec *none = NULL;

	switch (below(4)) {
	case 0:
		note_result("write", sys(SYS_write, PICK(fds), buffer(), length()));
		break;
	case 1:
		note_result("read", sys(SYS_read, PICK(fds), buffer(), length()));
		break;
	case 2:
		note_result("writev", sys(SYS_writev, PICK(fds), none, PICK(counts)));
		break;
	default:
		note_result("writev to 1",
			    sys(SYS_writev, 1, PICK(bad_addresses) | 1ul << 62, PICK(counts)));
	}
}

// Kernels differ in whether they look for the file or at the arguments first.
static void call_execve(void)
{
	uint64_t path = (uint64_t) "/no/such/file", args = 0, env = 0;

	if (below(2))
		path = buffer();
	else if (below(2))
		args = PICK(bad_addresses);
	note_result("execve", sys(SYS_execve, path, args, env));
}

// --- episodes ------------------------------------------------------------------------------------

static void (*const calls[])(void) = {
	call_mmap,
	call_mmap,
	call_mmap,
	call_munmap,
	call_mprotect,
	call_mprotect,
	call_madvise,
	call_mlock,
	call_msync,
	call_mincore,
	call_rlimit,
	call_brk,
	poke,
	poke,
	call_wait4,
	call_kill,
	call_nanosleep,
	call_clock_gettime,
	call_affinity,
	call_sigprocmask,
	call_arch_prctl,
	call_small,
	call_write,
	call_execve,
};

static int episode(void *number)
{
	say("episode %d\n", (int)(intptr_t)number);
	for (int i = 0; i < CALLS; i++)
		PICK(calls)();
	say_state();
	return 0;
}

int main(int argc, char **argv)
{
	int episodes = argc > 1 ? atoi(argv[1]) : EPISODES;
	uint64_t first = argc > 2 ? strtoul(argv[2], NULL, 0) : 1;

	for (int i = 0; i < episodes; i++) {
		seed = (first * 1000003 + (uint64_t)i) * 0x9e3779b97f4a7c15 | 1;
		say_child("ends by", episode, (void *)(intptr_t)i);
	}
	return 0;
}
