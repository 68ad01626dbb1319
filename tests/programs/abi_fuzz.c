// Calls with odd arguments, chosen by a seed: what each answers, and what the memory is then, must
// be the same on Linux and on Stoa. Memory calls work on an arena at a fixed address, whose pages
// are looked at by calls that fault rather than by loads.
//
// usage: abi_fuzz [EPISODES [SEED]]
#include "abi_fuzz/memory.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/uio.h>
#include <time.h>

#define EPISODES 60
#define CALLS	 40

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

// On the clocks of CPU time only Linux sleeps.
static void call_clock_nanosleep(void)
{
	static const int clocks[] = {0, 1, 3, 4, 5, 6, 7, 10, 11, 12, 99, INT32_MAX};
	static const struct timespec times[] = {{0, 0}, {0, 1}, {-1, 0}, {0, -1}, {0, 1000000000}};
	struct timespec time = PICK(times);
	uint64_t where = once_in(4) ? PICK(bad_addresses) : (uint64_t)&time;

	note_result("clock_nanosleep",
		    sys(SYS_clock_nanosleep, PICK(clocks), below(2), where, buffer()));
}

static void call_times(void)
{
	static const int clocks[] = {0, 1, 2, 3, 4, 7, 10, 11, 12, 99, INT32_MAX};

	switch (below(5)) {
	case 0:
		note_result("clock_getres", sys(SYS_clock_getres, PICK(clocks), buffer()));
		break;
	case 1:
		note_result("gettimeofday", sys(SYS_gettimeofday, buffer(), buffer()));
		break;
	case 2:
		note_result("time", sys(SYS_time, buffer()) < 0 ? -EFAULT : 0);
		break;
	case 3:
		note_result("getrusage", sys(SYS_getrusage, (int)below(5) - 2, buffer()));
		break;
	default:
		call_clock_nanosleep();
	}
}

// How many bytes a kernel has for its CPUs, and which there are, is its own business: none may be
// written where say_state() looks.
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
		note_affinity(sys(SYS_sched_getaffinity, pid, size, buffer() & -8ul));
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
	call_mmap,     call_mmap,	 call_mmap,	  call_munmap,	  call_mprotect,
	call_mprotect, call_mremap,	 call_mremap,	  call_madvise,	  call_mlock,
	call_msync,    call_mincore,	 call_rlimit,	  call_brk,	  poke,
	poke,	       call_wait4,	 call_kill,	  call_nanosleep, call_clock_gettime,
	call_affinity, call_sigprocmask, call_arch_prctl, call_small,	  call_write,
	call_execve,   call_times,
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
