// Calls of every number with arguments of every kind: the kernel answers or ends the caller, and
// goes on. For Stoa only: on another kernel a random call may do harm.
//
// usage: fuzz_calls [CHILDREN [SEED]]
#define _GNU_SOURCE // CLONE_*
#include "say.h"

#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#define CHILDREN 60
#define CALLS	 400
#define FORKS	 2
#define NUMBERS	 470
#define SECONDS	 3

static uint64_t random_state;

static uint64_t random64(void)
{
	uint64_t z = random_state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static char *pages;
static int forks; // generations of this child
static uint64_t argument(void)
{
	static const uint64_t odd[] = {0,
				       1,
				       -1ul,
				       PAGE,
				       USER_END,
				       USER_END - 1,
				       NON_CANONICAL,
				       KERNEL_ADDR,
				       KERNEL_DIRECT,
				       1ul << 63,
				       INT32_MAX,
				       UINT32_MAX};
	uint64_t random = random64();

	switch (random >> 8 & 7) {
	case 0:
		return odd[random % (sizeof(odd) / sizeof(odd[0]))];
	case 1:
		return random64();
	case 2:
		return random & (random & 0x1000 ? 0xff : 15);
	case 3: // the last bytes before a page without access
		return (uint64_t)pages + 4 * PAGE - (random & 63);
	case 4:
		return (uint64_t)&argument & -PAGE;
	case 5:
		return (random & 0xf) * PAGE;
	default:
		return (uint64_t)pages + (random & (4 * PAGE - 1));
	}
}

// Vectors, times and limits that are as odd as the arguments.
static void fill_pages(void)
{
	uint64_t *words = (uint64_t *)pages;

	for (size_t i = 0; i < 4 * PAGE / sizeof(*words); i += 1 + random64() % 8)
		words[i] = argument();
}

// The calls that this kernel has, more often than others. Those that end the caller, wait, or reach
// for others come in seldom, so that there is something left to test.
static long number(void)
{
	static const int known[] = {
		SYS_write,
		SYS_writev,
		SYS_read,
		SYS_ioctl,
		SYS_brk,
		SYS_mmap,
		SYS_munmap,
		SYS_mprotect,
		SYS_madvise,
		SYS_uname,
		SYS_getcpu,
		SYS_getpid,
		SYS_gettid,
		SYS_sched_yield,
		SYS_arch_prctl,
		SYS_wait4,
		SYS_execve,
		SYS_nanosleep,
		SYS_clock_gettime,
		SYS_rt_sigprocmask,
		SYS_fork,
		SYS_tgkill,
		SYS_getppid,
		SYS_set_tid_address,
		SYS_sched_setaffinity,
		SYS_sched_getaffinity,
		SYS_kill,
		SYS_tkill,
		SYS_mincore,
		SYS_msync,
		SYS_mremap,
		SYS_mlock,
		SYS_mlock2,
		SYS_munlock,
		SYS_mlockall,
		SYS_munlockall,
		SYS_getrlimit,
		SYS_setrlimit,
		SYS_prlimit64,
		SYS_restart_syscall,
		SYS_clone,
		SYS_getrusage,
		SYS_gettimeofday,
		SYS_time,
		SYS_clock_getres,
		SYS_clock_nanosleep,
	};
	uint64_t random = random64();

	if (random & 1)
		return (long)(random >> 8) % NUMBERS;
	return known[(random >> 8) % (sizeof(known) / sizeof(known[0]))];
}

static bool harmful(long nr, const uint64_t *args)
{
	// Signals to everybody end the test; to itself, many kill.
	if (nr == SYS_kill || nr == SYS_tkill || nr == SYS_tgkill)
		return (int)args[0] != getpid() || random64() % 4;
	if (nr == SYS_prlimit64)
		return args[0] != 0;
	if (nr == SYS_exit || nr == SYS_exit_group)
		return random64() % 8 != 0;
	return nr == SYS_vfork || nr == 435;
}

// Its own pid comes by itself seldom.
static uint64_t first_argument(long nr)
{
	bool pid = nr == SYS_kill || nr == SYS_tkill || nr == SYS_prlimit64;

	if (nr == SYS_nanosleep) {
		*(struct timespec *)pages = (struct timespec){0, 1000};
		return (uint64_t)pages;
	}
	if (nr == SYS_clone)
		return SIGCHLD | (argument() & (CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID));
	return pid ? (nr == SYS_prlimit64 ? 0 : (uint64_t)getpid()) : argument();
}

static int calls(void *seed)
{
	random_state = (uint64_t)(uintptr_t)seed;
	pages = fresh_pages(5);
	mprotect(pages + 4 * PAGE, PAGE, PROT_NONE);
	for (int i = 0; i < CALLS; i++) {
		uint64_t a[6];
		long nr = number();

		if (i % 16 == 0)
			fill_pages();
		a[0] = first_argument(nr);
		for (int n = 1; n < 6; n++)
			a[n] = argument();
		// The child goes on from here.
		if (nr == SYS_clone)
			a[1] = 0;
		if (harmful(nr, a))
			continue;
		if (sys(nr, a[0], a[1], a[2], a[3], a[4], a[5]) == 0 &&
		    (nr == SYS_fork || nr == SYS_clone) && ++forks > FORKS)
			sys(SYS_exit_group, 0);
	}
	return 0;
}

// Ends a child that waits for what will not come.
static int guarded(void *seed)
{
	struct timespec time = {0, 20000000};
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(calls(seed));
	for (int i = 0; i < SECONDS * 50; i++) {
		if (waitpid(pid, &status, WNOHANG) == pid)
			return 0;
		sys(SYS_nanosleep, &time, NULL);
	}
	sys(SYS_kill, pid, 9);
	return waitpid(pid, &status, 0) == pid ? 0 : 1;
}

struct run {
	uint64_t seed;
	int children;
};

static int run(void *arg)
{
	const struct run *r = arg;
	int wrong = 0;

	for (int i = 0; i < r->children; i++)
		wrong += guarded((void *)(uintptr_t)(r->seed * 1000 + (uint64_t)i)) != 0;
	say("\nfuzz_calls: %d of %d wrong\n", wrong, r->children);
	return wrong != 0;
}

int main(int argc, char **argv)
{
	struct run r = {1, CHILDREN};

	if (argc > 1)
		r.children = atoi(argv[1]);
	if (argc > 2)
		r.seed = strtoul(argv[2], NULL, 0);
	return as_first_process(run, &r);
}
