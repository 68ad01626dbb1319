// Many processes do at random what disturbs others: fork, exec, die, kill, stop, wait, block
// signals, move between CPUs, sleep, grow their stacks, and change their memory, whose contents
// each of them checks. It is the first process (on Linux: of a pid namespace), so that orphans are
// its own. What a process does follows from the seed; when it does it does not.
//
// usage: chaos [WORKERS [STEPS [SEED]]]
#include "say.h"

#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <time.h>

#define DEPTH	    3
#define CHILDREN    8
#define AREAS	    16
#define AREA_PAGES  40 // at most
#define STACK_PAGES 64 // at most, of a growth
#define ARGUMENT    100000
#define SPINS	    3000000
#define GOOD	    7 // the exit status of all who end by themselves
#define FOR_MEMORY  8 // and of a program that found no memory for its beginning

// A page of an area holds zero, or what value_of() says once it has been filled.
struct area {
	char *at;
	uint32_t pages, tag;
	uint64_t filled; // a bit a page
	bool read_only;
};

static struct area areas[AREAS];
static unsigned *wrong; // shared by all that came by fork
static int cpus;
static uint64_t seed;

static uint32_t below(uint32_t limit)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)(seed >> 20) % limit;
}

static void expect(bool holds, const char *what, long value)
{
	if (holds)
		return;
	say("%s: %ld WRONG\n", what, value);
	__atomic_fetch_add(wrong, 1, __ATOMIC_RELAXED);
}

// What was asked for was done, or there was no memory for it.
static bool done(long result, const char *what)
{
	expect(result >= 0 || result == -ENOMEM || result == -EAGAIN, what, result);
	return result >= 0;
}

// --- memory --------------------------------------------------------------------------------------

static uint64_t *word_of(const struct area *area, uint32_t page)
{
	return (uint64_t *)(area->at + page * PAGE + (area->tag & (PAGE - 8)));
}

static uint64_t value_of(const struct area *area, uint32_t page)
{
	return (uint64_t)area->tag << 32 | page | 1ul << 31;
}

static void check_area(const struct area *area)
{
	for (uint32_t i = 0; area->at && i < area->pages; i++) {
		uint64_t filled = area->filled >> i & 1;

		expect(*word_of(area, i) == filled * value_of(area, i), "a page",
		       (long)*word_of(area, i));
	}
}

static void check_areas(void)
{
	for (int i = 0; i < AREAS; i++)
		check_area(&areas[i]);
}

static void map(struct area *area)
{
	uint32_t pages = 1 + below(AREA_PAGES);
	long at = sys(SYS_mmap, 0, pages * PAGE, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1);

	if (done(at, "mmap"))
		*area = (struct area){.at = (char *)at, .pages = pages, .tag = below(UINT32_MAX)};
}

static void fill(struct area *area)
{
	for (int n = 0; n < 8 && !area->read_only; n++) {
		uint32_t page = below(area->pages);

		*word_of(area, page) = value_of(area, page);
		area->filled |= 1ul << page;
	}
}

static void unmap(struct area *area)
{
	check_area(area);
	if (done(sys(SYS_munmap, area->at, area->pages * PAGE), "munmap"))
		area->at = NULL;
}

static void protect(struct area *area)
{
	int prot = area->read_only ? PROT_READ | PROT_WRITE : PROT_READ;

	if (done(sys(SYS_mprotect, area->at, area->pages * PAGE, prot), "mprotect"))
		area->read_only = !area->read_only;
}

static void discard(struct area *area)
{
	uint32_t first = below(area->pages), count = 1 + below(area->pages - first);

	if (done(sys(SYS_madvise, area->at + first * PAGE, count * PAGE, MADV_DONTNEED), "madvise"))
		area->filled &= ~(((1ul << count) - 1) << first);
}

static void change_break(void)
{
	static uint64_t now;
	uint64_t old = now ? now : (uint64_t)sys(SYS_brk, 0);

	now = (uint64_t)sys(SYS_brk, old + (below(7) - 2ul) * PAGE);
	for (uint64_t at = old; at < now; at += PAGE) {
		expect(*(uint64_t *)at == 0, "a new page", *(long *)at);
		*(uint64_t *)at = seed;
	}
}

static void grow_stack(void)
{
	char room[STACK_PAGES * PAGE];
	uint32_t pages = 1 + below(STACK_PAGES);
	volatile char *top = room + sizeof(room);

	for (uint32_t i = 1; i <= pages; i++)
		*(volatile uint32_t *)(top - i * PAGE) = i;
	sys(SYS_sched_yield);
	for (uint32_t i = 1; i <= pages; i++)
		expect(*(volatile uint32_t *)(top - i * PAGE) == i, "the stack", i);
}

static void change_memory(void)
{
	static void (*const changes[])(struct area *) = {fill, fill, fill, unmap, protect, discard};
	struct area *area = &areas[below(AREAS)];

	if (!area->at)
		map(area);
	else
		changes[below(6)](area);
	if (below(16) == 0)
		change_break();
	if (below(16) == 0)
		grow_stack();
}

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

// Orphans end too; those that were stopped, or whose workers are through, are killed at last.
static int await(struct children *workers)
{
	int status, killed = 0;
	long pid;

	while (workers->count) {
		pid = sys(SYS_wait4, -1, &status, 0, NULL);
		expect(pid > 0 && is_good_end(status), "the end of a worker or orphan", status);
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
