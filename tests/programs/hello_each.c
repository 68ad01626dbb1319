// A child on every CPU says hello from there; exits with 0 if all of them did. What the machine
// matrix boots to: next to no work, so that machines of many CPUs take little time.
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define CPUS_MAX (8 * (int)sizeof(cpu_set_t)) // CPU_SETSIZE counts bytes in musl

static _Noreturn void say_hello(int cpu)
{
	cpu_set_t one;
	char line[64];
	int size;

	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	if (sched_setaffinity(0, sizeof(one), &one) != 0 || sched_getcpu() != cpu)
		_exit(1);
	size = snprintf(line, sizeof(line), "Hello from userspace! cpu=%d pid=%d\n", cpu, getpid());
	_exit(write(1, line, (size_t)size) == size ? 0 : 1);
}

int main(void)
{
	cpu_set_t all;
	int cpus = 0, right = 0, status;

	if (sched_getaffinity(0, sizeof(all), &all) != 0)
		return 2;
	for (int cpu = 0; cpu < CPUS_MAX; cpu++) {
		if (!CPU_ISSET(cpu, &all))
			continue;
		cpus++;
		if (fork() == 0)
			say_hello(cpu);
	}
	while (wait(&status) > 0)
		right += status == 0;
	printf("hello_each: %d of %d CPUs\n", right, cpus);
	return right == cpus ? 0 : 1;
}
