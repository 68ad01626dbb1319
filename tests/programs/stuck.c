// A process on CPU argv[1] never comes back from a call; argv[2] others compute on other CPUs.
#define _GNU_SOURCE
#include <sched.h>
#include <stdlib.h>

#include "books.h"

static void go_to(int cpu)
{
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	if (sched_setaffinity(0, sizeof(one), &one) != 0)
		_exit(1);
}

int main(int argc, char **argv)
{
	int stuck = argc > 1 ? atoi(argv[1]) : 0, others = argc > 2 ? atoi(argv[2]) : 0;

	for (int cpu = 0; others > 0; cpu++) {
		if (cpu == stuck)
			continue;
		others--;
		if (fork() == 0) {
			go_to(cpu);
			for (volatile long i = 0;; i++)
				;
		}
	}
	go_to(stuck);
	say("CPU %d never comes back\n", sched_getcpu());
	sys(SYS_ktest, KTEST_STICK);
	return 2;
}
