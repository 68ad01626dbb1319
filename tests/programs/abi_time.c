// Clocks and sleeps: errors, and that a sleep is long enough.
#include "say.h"

#include <sys/time.h>
#include <time.h>

#define NS 1000000000l

static int64_t clock_ns(int id)
{
	struct timespec time;

	if (sys(SYS_clock_gettime, id, &time) != 0)
		return -1;
	return time.tv_sec * NS + time.tv_nsec;
}

static void clocks(void)
{
	static const int ids[] = {
		CLOCK_REALTIME,		 CLOCK_MONOTONIC,     CLOCK_PROCESS_CPUTIME_ID,
		CLOCK_THREAD_CPUTIME_ID, CLOCK_MONOTONIC_RAW, CLOCK_REALTIME_COARSE,
		CLOCK_MONOTONIC_COARSE,	 CLOCK_BOOTTIME,      CLOCK_TAI};
	struct timespec time;

	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		memset(&time, 0xff, sizeof(time));
		say("clock %d: %s", ids[i], result_name(sys(SYS_clock_gettime, ids[i], &time)));
		say(", %s\n", time.tv_sec >= 0 && time.tv_nsec >= 0 && time.tv_nsec < NS
				      ? "in range"
				      : "OUT OF RANGE");
	}
}

static void clock_errors(void)
{
	struct timespec time = {7, 7};

	say_result("clock 10", sys(SYS_clock_gettime, 10, &time));
	say_result("clock 12", sys(SYS_clock_gettime, 12, &time));
	say_result("clock 100", sys(SYS_clock_gettime, 100, &time));
	say_result("clock INT_MAX", sys(SYS_clock_gettime, INT32_MAX, &time));
	say_result("clock 100, bad pointer", sys(SYS_clock_gettime, 100, KERNEL_ADDR));
	say("nothing was written: %ld %ld\n", (long)time.tv_sec, time.tv_nsec);
	say_result("NULL", sys(SYS_clock_gettime, CLOCK_MONOTONIC, NULL));
	say_result("kernel", sys(SYS_clock_gettime, CLOCK_MONOTONIC, KERNEL_ADDR));
	say_result("a constant", sys(SYS_clock_gettime, CLOCK_MONOTONIC, "a constant string"));
	char *edge;

	pages_before_edge(1, &edge);
	say_result("over an edge", sys(SYS_clock_gettime, CLOCK_MONOTONIC, edge - 8));
	say_result("up to the edge", sys(SYS_clock_gettime, CLOCK_MONOTONIC, edge - 16));
	say_result("behind user memory", sys(SYS_clock_gettime, CLOCK_MONOTONIC, USER_END - 8));
	say_result("around the end", sys(SYS_clock_gettime, CLOCK_MONOTONIC, -8l));
}

// The time is stored where no page is yet, or only one that is shared since a fork.
static void fresh_places(void)
{
	char *fresh =
		mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *place = fresh + PAGE - 8;
	struct timespec time = {0, -1};

	say_result("over two fresh pages", sys(SYS_clock_gettime, CLOCK_REALTIME, place));
	memcpy(&time, place, sizeof(time));
	say_if("both words are there", time.tv_sec > 0 && time.tv_nsec >= 0 && time.tv_nsec < NS);
	memset(place, 0xff, sizeof(time));
	if (fork() == 0) {
		long result = sys(SYS_clock_gettime, CLOCK_REALTIME, place);

		memcpy(&time, place, sizeof(time));
		_exit(result == 0 && time.tv_sec > 0 && time.tv_nsec >= 0 ? 7 : 8);
	}
	int status = 0;

	wait(&status);
	say("over two shared pages: %d\n", WEXITSTATUS(status));
	memcpy(&time, place, sizeof(time));
	say_if("the parent's are as they were", time.tv_sec == -1 && time.tv_nsec == -1);
}

static void order(void)
{
	bool forward = true, near = true;
	int64_t last = clock_ns(CLOCK_MONOTONIC), start = last;

	for (int i = 0; i < 20000; i++) {
		int64_t now = clock_ns(CLOCK_MONOTONIC);

		forward &= now >= last;
		last = now;
	}
	say_if("the clock never goes back", forward);
	say_if("the clock goes on", last > start);
	for (int i = 0; i < 10; i++) {
		int64_t exact = clock_ns(CLOCK_MONOTONIC);
		int64_t coarse = clock_ns(CLOCK_MONOTONIC_COARSE);

		near &= coarse > exact - NS && coarse < clock_ns(CLOCK_MONOTONIC) + NS;
	}
	say_if("the coarse clock is near", near);
}

static void sleep_errors(void)
{
	static const struct timespec bad[] = {
		{0, NS}, {0, -1}, {-1, 0}, {0, INT64_MAX}, {INT64_MIN, 5}};
	char *edge;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		say_result("bad time", sys(SYS_nanosleep, &bad[i], NULL));
	say_result("NULL", sys(SYS_nanosleep, NULL, NULL));
	say_result("kernel", sys(SYS_nanosleep, KERNEL_ADDR, NULL));
	say_result("non-canonical", sys(SYS_nanosleep, NON_CANONICAL, NULL));
	pages_before_edge(1, &edge);
	memset(edge - 16, 0, 16);
	say_result("over an edge", sys(SYS_nanosleep, edge - 8, NULL));
	say_result("up to the edge", sys(SYS_nanosleep, edge - 16, NULL));
	struct timespec zero = {0, 0}, left = {3, 4};

	say_result("no time", sys(SYS_nanosleep, &zero, &left));
	say_result("no time, bad pointer for the rest", sys(SYS_nanosleep, &zero, KERNEL_ADDR));
	say("the rest is left alone: %ld %ld\n", (long)left.tv_sec, left.tv_nsec);
}

static void until_errors(void)
{
	static const int ids[] = {0, 1, 4, 5, 6, 7, 10, 11, 12, 100, INT32_MAX};
	struct timespec zero = {0, 0}, bad = {0, NS}, left = {3, 4};

	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		say_result("no time", sys(SYS_clock_nanosleep, ids[i], 0, &zero, &left));
		say_result("long ago", sys(SYS_clock_nanosleep, ids[i], 1, &zero, &left));
		say_result("bad time", sys(SYS_clock_nanosleep, ids[i], 0, &bad, NULL));
		say_result("bad pointer", sys(SYS_clock_nanosleep, ids[i], 0, KERNEL_ADDR, NULL));
	}
	say_result("flags unknown", sys(SYS_clock_nanosleep, 1, -2, &zero, NULL));
	say("the rest is left alone: %ld %ld\n", (long)left.tv_sec, left.tv_nsec);
}

// Sleeps for 20 ms, and until 20 ms later.
static void sleeps_of_clocks(void)
{
	static const int ids[] = {CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_BOOTTIME, CLOCK_TAI};
	const int64_t span = NS / 50;

	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		int64_t start = clock_ns(ids[i]);
		struct timespec time = {0, span};
		long result = sys(SYS_clock_nanosleep, ids[i], 0, &time, NULL);
		int64_t woken = clock_ns(ids[i]);

		say("clock %d, for a time: %s\n", ids[i], result_name(result));
		say_if("long enough", woken - start >= span && woken - start < 10 * NS);
		time = (struct timespec){(woken + span) / NS, (woken + span) % NS};
		result = sys(SYS_clock_nanosleep, ids[i], TIMER_ABSTIME, &time, NULL);
		say("until a time: %s\n", result_name(result));
		start = woken;
		woken = clock_ns(ids[i]);
		say_if("long enough", woken - start >= span && woken - start < 10 * NS);
	}
}

static void resolutions(void)
{
	static const int ids[] = {0, 1, 2, 3, 4, 7, 10, 11, 12, 100, INT32_MAX};

	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		struct timespec time = {7, 7};
		long result = sys(SYS_clock_getres, ids[i], &time);

		say("resolution of clock %d: %s, %ld.%09ld\n", ids[i], result_name(result),
		    (long)time.tv_sec, time.tv_nsec);
	}
	say_result("to nowhere", sys(SYS_clock_getres, CLOCK_MONOTONIC, NULL));
	say_result("to nowhere, bad clock", sys(SYS_clock_getres, 100, NULL));
	say_result("to the kernel", sys(SYS_clock_getres, CLOCK_MONOTONIC, KERNEL_ADDR));
}

// The older calls for the time of day tell the same time.
static void time_of_day(void)
{
	int64_t now = clock_ns(CLOCK_REALTIME) / NS;
	struct timeval time = {0, -1};
	int zone[2] = {7, 7};
	int64_t seconds = 0;

	say_result("gettimeofday", sys(SYS_gettimeofday, &time, zone));
	say_if("the same time", time.tv_sec >= now && time.tv_sec < now + 10 && time.tv_usec >= 0 &&
					time.tv_usec < 1000000);
	say("zone: %d %d\n", zone[0], zone[1]);
	say_result("gettimeofday of nothing", sys(SYS_gettimeofday, NULL, NULL));
	say_result("gettimeofday to the kernel", sys(SYS_gettimeofday, KERNEL_ADDR, NULL));
	say_result("zone to the kernel", sys(SYS_gettimeofday, NULL, KERNEL_ADDR));
	say_if("time", sys(SYS_time, &seconds) == seconds);
	say_if("the same time", seconds >= now && seconds < now + 10);
	say_if("time to nowhere", sys(SYS_time, NULL) >= seconds);
	say_result("time to the kernel", sys(SYS_time, KERNEL_ADDR));
}

static void durations(void)
{
	static const long each[] = {1, 1000, 999999, 1000000, 5000000, 50000000, 1010000000};

	for (size_t i = 0; i < sizeof(each) / sizeof(each[0]); i++) {
		struct timespec time = {each[i] / NS, each[i] % NS};
		int64_t start = clock_ns(CLOCK_MONOTONIC);
		long result = sys(SYS_nanosleep, &time, NULL);
		int64_t took = clock_ns(CLOCK_MONOTONIC) - start;

		say("sleep %ld ns: %s, %s\n", each[i], result_name(result),
		    took < each[i]	       ? "TOO SHORT"
		    : took > each[i] + 10 * NS ? "TOO LONG"
					       : "long enough");
	}
}

// A sleeper's CPU time stands still, a worker's does not.
static void cpu_time(void)
{
	struct timespec time = {0, 200000000};
	int64_t before = clock_ns(CLOCK_PROCESS_CPUTIME_ID);

	sys(SYS_nanosleep, &time, NULL);
	int64_t slept = clock_ns(CLOCK_PROCESS_CPUTIME_ID);

	say_if("sleeping takes little CPU time", slept - before < 100000000);
	int64_t end = clock_ns(CLOCK_MONOTONIC) + 20 * NS;

	while (clock_ns(CLOCK_PROCESS_CPUTIME_ID) < slept + 20000000 &&
	       clock_ns(CLOCK_MONOTONIC) < end)
		;
	say_if("working takes CPU time", clock_ns(CLOCK_PROCESS_CPUTIME_ID) >= slept + 20000000);
}

static int cpu_clock(int pid, int kind)
{
	return (int)((unsigned)~pid << 3) | kind;
}

// The clocks that clock_getcpuclockid() and pthread_getcpuclockid() name.
static void cpu_clocks(void)
{
	const int pids[] = {0, getpid(), getppid(), 0x3ffffff};
	static const char *const names[] = {"own", "own by number", "parent's", "nobody's"};
	struct timespec time;

	for (size_t i = 0; i < sizeof(pids) / sizeof(pids[0]); i++) {
		for (int kind = 0; kind < 8; kind++)
			say("clock %s, kind %d: %s\n", names[i], kind,
			    result_name(sys(SYS_clock_gettime, cpu_clock(pids[i], kind), &time)));
		say_result("resolution", sys(SYS_clock_getres, cpu_clock(pids[i], 2), NULL));
	}
	int64_t before = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
	int64_t same = clock_ns(cpu_clock(getpid(), 2));
	int64_t thread = clock_ns(cpu_clock(0, 6));

	say_if("the process's is the usual one",
	       same >= before && same <= clock_ns(CLOCK_PROCESS_CPUTIME_ID));
	say_if("and so is the thread's", thread <= clock_ns(CLOCK_THREAD_CPUTIME_ID));
}

int main(void)
{
	clocks();
	clock_errors();
	fresh_places();
	order();
	sleep_errors();
	until_errors();
	durations();
	sleeps_of_clocks();
	resolutions();
	time_of_day();
	cpu_time();
	cpu_clocks();
	return 0;
}
