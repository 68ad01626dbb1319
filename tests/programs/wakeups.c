// Waits that end at the moment they begin: a wake-up that is lost hangs the program.
//
// usage: wakeups [ROUNDS]
#include "say.h"

#include <signal.h>
#include <stdlib.h>
#include <time.h>

#define ROUNDS 400

static void pin(int number)
{
	uint64_t mask[16] = {0}, one[16] = {0};
	int cpus = 0, found[1024];

	sys(SYS_sched_getaffinity, 0, sizeof(mask), mask);
	for (int cpu = 0; cpu < 1024; cpu++)
		if (mask[cpu / 64] >> cpu % 64 & 1)
			found[cpus++] = cpu;
	int cpu = found[number % cpus];

	one[cpu / 64] = 1ul << cpu % 64;
	sys(SYS_sched_setaffinity, 0, sizeof(one), one);
}

static void delay(unsigned loops)
{
	for (volatile unsigned i = 0; i < loops; i++)
		;
}

static void nap(long ns)
{
	struct timespec time = {0, ns};

	sys(SYS_nanosleep, &time, NULL);
}

// The child ends on another CPU a little earlier or later than the parent waits.
static int exits_at_the_wait(int rounds)
{
	for (int i = 0; i < rounds; i++) {
		int status;
		pid_t pid = fork();

		if (pid == 0) {
			pin(i);
			delay((unsigned)i % 64 * 8);
			_exit(i & 127);
		}
		delay((unsigned)i / 64 * 8);
		if (waitpid(pid, &status, 0) != pid || status != (i & 127) << 8)
			return 1;
	}
	return 0;
}

// A kill that arrives as the victim falls asleep.
static int killed_at_the_sleep(int rounds)
{
	for (int i = 0; i < rounds; i++) {
		int status;
		pid_t pid = fork();

		if (pid == 0) {
			pin(i);
			for (;;)
				nap(400000000);
		}
		delay((unsigned)i % 128 * 16);
		sys(SYS_kill, pid, i & 1 ? SIGTERM : SIGKILL);
		if (waitpid(pid, &status, 0) != pid ||
		    WTERMSIG(status) != (i & 1 ? SIGTERM : SIGKILL))
			return 2;
	}
	return 0;
}

static int tiny_sleeps(int rounds)
{
	for (int i = 0; i < rounds; i++)
		nap(1 + i * 37 % 50000);
	return 0;
}

// Two children end at once; both are waited for by whichever comes.
static int two_at_once(int rounds)
{
	for (int i = 0; i < rounds; i++) {
		for (int n = 0; n < 2; n++) {
			if (fork() == 0) {
				pin(n + i);
				_exit(0);
			}
		}
		if (wait(NULL) < 0 || wait(NULL) < 0 || wait(NULL) >= 0)
			return 3;
	}
	return 0;
}

int main(int argc, char **argv)
{
	int rounds = argc > 1 ? atoi(argv[1]) : ROUNDS;
	int wrong = exits_at_the_wait(rounds);

	wrong = wrong ? wrong : killed_at_the_sleep(rounds);
	wrong = wrong ? wrong : tiny_sleeps(rounds);
	wrong = wrong ? wrong : two_at_once(rounds);
	say("wakeups: %s\n", wrong ? "WRONG" : "all came");
	return wrong;
}
