// Many processes do at random what disturbs others: fork, exec, die, kill, stop, wait, block
// signals, move between CPUs, sleep, grow their stacks, and change their memory, whose contents
// each of them checks. It is the first process (on Linux: of a pid namespace), so that orphans are
// its own. What a process does follows from the seed; when it does it does not.
//
// usage: chaos [WORKERS [STEPS [SEED]]]
#include "books.h"
#include "chaos/memory.h"

#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <time.h>

#define DEPTH	   3
#define CHILDREN   8
#define ARGUMENT   100000
#define DEATHS	   16 // between two counts of all frames
#define SPINS	   3000000
#define GOOD	   7 // the exit status of all who end by themselves
#define FOR_MEMORY 8 // and of a program that found no memory for its beginning

static int cpus;

// --- processes -----------------------------------------------------------------------------------

struct children {
	long pids[CHILDREN];
	unsigned count;
};

// Moves a child, which may have ended and have no thread left, or itself. Nobody moves a worker but
// the worker, so it knows where it is.
static void move(const struct children *children, int depth)
{
	uint64_t mask[16] = {0};
	unsigned cpu = below((uint32_t)cpus);
	long pid = children->count && below(2) ? children->pids[below(children->count)] : 0;
	long result;

	mask[cpu / 64] = 1ul << cpu % 64;
	if (below(3) == 0)
		memset(mask, 0xff, sizeof(mask));
	result = sys(SYS_sched_setaffinity, pid, sizeof(mask), mask);
	expect(!result || (pid && result == -ESRCH), "sched_setaffinity", result);
	if (pid || depth)
		return;
	sys(SYS_getcpu, &cpu, NULL, NULL);
	expect(mask[cpu / 64] >> cpu % 64 & 1, "the CPU after a move", cpu);
}

static void nap(void)
{
	struct timespec time = {0, below(300000)};

	if (below(2))
		sys(SYS_sched_yield);
	else
		sys(SYS_nanosleep, &time, NULL);
}

static void block_signals(void)
{
	uint64_t mask = below(2) ? 0 : (uint64_t)below(UINT32_MAX);

	sys(SYS_rt_sigprocmask, SIG_SETMASK, &mask, NULL, 8);
}

// The other program goes on with what this one did, as a single child of its own parent.
static void become_another(int steps, int depth)
{
	static char words[3][32], long_word[ARGUMENT];
	char *args[] = {"chaos", words[0], words[1], words[2], NULL, NULL};
	long result;

	snprintf(words[0], sizeof(words[0]), "+%d", depth);
	snprintf(words[1], sizeof(words[1]), "%d", steps);
	snprintf(words[2], sizeof(words[2]), "%lu", (unsigned long)seed);
	if (below(2))
		args[4] = memset(long_word, 'x', below(ARGUMENT - 1) + 1ul);
	result = sys(SYS_execve, "/no/such/file", args, NULL);
	expect(result == -ENOENT || result == -ENOMEM, "execve of nothing", result);
	result = sys(SYS_execve, getauxval(AT_EXECFN), args, NULL);
	done(result, "execve");
}

static void spin(void)
{
	for (volatile int i = 0; i < SPINS; i++)
		;
}

static void work(int steps, int depth);

static void live(int steps, int depth)
{
	check_areas();
	switch (below(8)) {
	case 0:
		break;
	case 1:
		become_another(steps / 4, depth + 1);
		break;
	case 2:
		__asm__ volatile("movl $0, 8");
		break;
	case 3:
		spin();
		break;
	case 4:
		sys(SYS_kill, getpid(), SIGSTOP);
		break;
	default:
		work(steps / 4, depth + 1);
	}
	_exit(GOOD);
}

static void beget(struct children *children, int steps, int depth)
{
	uint64_t childs_seed = (seed ^ (uint64_t)below(UINT32_MAX) << 16) | 1;
	long pid;

	if (children->count == CHILDREN || depth >= DEPTH)
		return;
	pid = sys(SYS_fork);
	if (pid == 0) {
		seed = childs_seed;
		live(steps, depth);
	}
	if (done(pid, "fork"))
		children->pids[children->count++] = pid;
}

static void signal_child(const struct children *children)
{
	static const int signals[] = {SIGKILL, SIGSTOP, SIGCONT, SIGTERM, SIGCONT,
				      SIGTSTP, SIGCONT, SIGUSR1, SIGCHLD, 0};
	long result;

	if (!children->count)
		return;
	result = sys(SYS_kill, children->pids[below(children->count)], signals[below(10)]);
	expect(result == 0, "kill", result);
}

static bool is_good_end(int status)
{
	int signal = status & 0x7f;

	if (WIFEXITED(status))
		return WEXITSTATUS(status) == GOOD || WEXITSTATUS(status) == FOR_MEMORY;
	return signal == SIGKILL || signal == SIGTERM || signal == SIGSEGV || signal == SIGUSR1;
}

static void note_end(struct children *children, long pid, int status)
{
	unsigned i = 0;

	while (i < children->count && children->pids[i] != pid)
		i++;
	expect(i < children->count, "the pid from wait4", pid);
	if (WIFSTOPPED(status)) {
		expect(WSTOPSIG(status) == SIGSTOP || WSTOPSIG(status) == SIGTSTP, "a stop",
		       status);
	} else if (!WIFCONTINUED(status)) {
		expect(is_good_end(status), "an end", status);
		children->pids[i] = children->pids[--children->count];
	}
}

static void look_at_children(struct children *children)
{
	int status, options = WNOHANG | (below(2) ? WUNTRACED : 0) | (below(2) ? WCONTINUED : 0);
	long pid = children->count && below(2) ? children->pids[below(children->count)] : -1;

	pid = sys(SYS_wait4, pid, &status, options, NULL);
	expect(pid >= 0 || (pid == -ECHILD && !children->count), "wait4", pid);
	if (pid > 0)
		note_end(children, pid, status);
}

static void end_child(struct children *children)
{
	long child = children->pids[below(children->count)], pid;
	int status;

	sys(SYS_kill, child, SIGKILL);
	pid = sys(SYS_wait4, child, &status, 0, NULL);
	expect(pid == child, "wait4 of one", pid);
	note_end(children, child, status);
}

static void deal_with_children(struct children *children, int steps, int depth)
{
	switch (below(9)) {
	case 0 ... 3:
		beget(children, steps, depth);
		break;
	case 4 ... 5:
		signal_child(children);
		break;
	case 6 ... 7:
		look_at_children(children);
		break;
	default:
		if (children->count)
			end_child(children);
	}
}

static void work(int steps, int depth)
{
	struct children children = {.count = 0};

	for (int step = 0; step < steps; step++) {
		uint32_t what = below(20);

		if (what < 9)
			change_memory();
		else if (what < 11)
			nap();
		else if (what < 12)
			move(&children, depth);
		else if (what < 13)
			block_signals();
		else
			deal_with_children(&children, steps, depth);
	}
	while (children.count)
		end_child(&children);
	check_areas();
}

// --- the beginning and the end -------------------------------------------------------------------

static int count_cpus(void)
{
	uint64_t mask[16] = {0};
	int count = 0;

	sys(SYS_sched_getaffinity, 0, sizeof(mask), mask);
	for (int i = 0; i < 16; i++)
		count += __builtin_popcountl(mask[i]);
	return count;
}

static void start(struct children *workers, int count, int steps, uint64_t first_seed)
{
	for (int i = 0; i < count; i++) {
		long pid = sys(SYS_fork);

		seed = (first_seed * CHILDREN + (uint64_t)i) * 0x9e3779b97f4a7c15 | 1;
		if (pid == 0) {
			work(steps, 0);
			_exit(GOOD);
		}
		if (done(pid, "fork of a worker"))
			workers->pids[workers->count++] = pid;
	}
}

// Where the kernel allows it (tests/programs/books.h), it counts its frames again.
static void hold_census(void)
{
	long result = sys(SYS_ktest, KTEST_CENSUS);

	expect(result == 0 || result == -ENOSYS, "the census", result);
}

// Orphans end too; those that were stopped, or whose workers are through, are killed at last.
static int await(struct children *workers)
{
	int status, killed = 0, deaths = 0;
	long pid;

	while (workers->count) {
		pid = sys(SYS_wait4, -1, &status, 0, NULL);
		expect(pid > 0 && is_good_end(status), "the end of a worker or orphan", status);
		if (++deaths % DEATHS == 0)
			hold_census();
		for (unsigned i = 0; i < workers->count; i++)
			if (workers->pids[i] == pid) {
				killed += WIFSIGNALED(status);
				workers->pids[i--] = workers->pids[--workers->count];
			}
	}
	sys(SYS_kill, -1, SIGKILL);
	do {
		pid = sys(SYS_wait4, -1, &status, 0, NULL);
	} while (pid > 0);
	expect(pid == -ECHILD, "wait4 of nobody", pid);
	hold_census();
	return killed;
}

int main(int argc, char **argv)
{
	int count = argc > 1 ? atoi(argv[1]) : CHILDREN, steps = argc > 2 ? atoi(argv[2]) : 300;
	bool again = argc > 1 && argv[1][0] == '+';
	struct children workers = {.count = 0};
	int killed;

	cpus = count_cpus();
	wrong = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (wrong == MAP_FAILED)
		return FOR_MEMORY;
	seed = argc > 3 ? strtoul(argv[3], NULL, 0) : 1;
	if (again) {
		work(steps, count);
		return *wrong ? 1 : GOOD;
	}
	if (getpid() != 1 || count < 1 || count > CHILDREN)
		return 2;
	start(&workers, count, steps, seed);
	killed = await(&workers);
	say("chaos: %d of %d workers killed, %u wrong\n", killed, count, *wrong);
	return *wrong != 0;
}
