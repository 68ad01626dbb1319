// CPU affinity, getcpu and sched_yield. The number of CPUs may be any.
#include "say.h"

#define WORDS 16 // 1024 CPUs

static uint64_t usable[WORDS];

static void get_errors(void)
{
	uint64_t mask[WORDS] = {0};

	say_result("get, 0 bytes", sys(SYS_sched_getaffinity, 0, 0, mask));
	say_result("get, 7 bytes", sys(SYS_sched_getaffinity, 0, 7, mask));
	say_result("get, 1021 bytes", sys(SYS_sched_getaffinity, 0, 1021, mask));
	say_result("get, NULL", sys(SYS_sched_getaffinity, 0, 1024, NULL));
	say_result("get, kernel", sys(SYS_sched_getaffinity, 0, 1024, KERNEL_ADDR));
	say_result("get, no such process", sys(SYS_sched_getaffinity, 999999, 128, mask));
	say_result("get, process -1", sys(SYS_sched_getaffinity, -1, 128, mask));
	say_result("get, no such process, 7 bytes", sys(SYS_sched_getaffinity, 999999, 7, mask));
	say_result("get, no such process, NULL", sys(SYS_sched_getaffinity, 999999, 128, NULL));
}

static void get(void)
{
	char bytes[2048];
	bool zero = true;

	memset(bytes, 0, sizeof(bytes));
	long size = sys(SYS_sched_getaffinity, 0, sizeof(bytes), bytes);

	say_if("get says a size of whole words", size > 0 && size % 8 == 0);
	for (size_t i = (size_t)size; i < sizeof(bytes); i++)
		zero &= bytes[i] == 0;
	say_if("nothing is written behind", zero);
	memcpy(usable, bytes, sizeof(usable));
	say_if("by process number",
	       sys(SYS_sched_getaffinity, getpid(), sizeof(bytes), bytes) == size);
	say_if("of the parent",
	       sys(SYS_sched_getaffinity, getppid(), sizeof(bytes), bytes) == size);
}

static void set_errors(void)
{
	uint64_t none[WORDS] = {0}, far[WORDS] = {0}, all[WORDS];

	far[WORDS - 1] = 1ul << 63;
	memset(all, 0xff, sizeof(all));
	say_result("set, none", sys(SYS_sched_setaffinity, 0, sizeof(none), none));
	say_result("set, 0 bytes", sys(SYS_sched_setaffinity, 0, 0, all));
	say_result("set, one that is not", sys(SYS_sched_setaffinity, 0, sizeof(far), far));
	say_result("set, NULL", sys(SYS_sched_setaffinity, 0, 8, NULL));
	say_result("set, kernel", sys(SYS_sched_setaffinity, 0, 8, KERNEL_ADDR));
	say_result("set, no such process", sys(SYS_sched_setaffinity, 999999, 8, all));
	say_result("set, no such process, NULL", sys(SYS_sched_setaffinity, 999999, 8, NULL));
	say_result("set, process -1", sys(SYS_sched_setaffinity, -1, 8, all));
	say_result("set, all", sys(SYS_sched_setaffinity, 0, sizeof(all), all));
	say_result("set, usable", sys(SYS_sched_setaffinity, 0, sizeof(usable), usable));
	say_result("set, usable, by number", sys(SYS_sched_setaffinity, getpid(), 128, usable));
}

static int current_cpu(void)
{
	unsigned cpu = ~0u;

	sys(SYS_getcpu, &cpu, NULL, NULL);
	return (int)cpu;
}

static int set_one(int cpu, size_t size)
{
	uint64_t mask[WORDS] = {0};

	mask[cpu / 64] = 1ul << cpu % 64;
	return (int)sys(SYS_sched_setaffinity, 0, size, mask);
}

static int inherits(void *cpu)
{
	uint64_t mask[WORDS] = {0};

	sys(SYS_sched_getaffinity, 0, sizeof(mask), mask);
	for (int i = 0; i < WORDS * 64; i++)
		if ((mask[i / 64] >> i % 64 & 1) != (i == (int)(intptr_t)cpu))
			return 1;
	return current_cpu() == (int)(intptr_t)cpu ? 0 : 2;
}

static void moving(void)
{
	bool there = true, stays = true, inherited = true;
	int last = 0;

	for (int cpu = 0; cpu < WORDS * 64; cpu++) {
		if (!(usable[cpu / 64] >> cpu % 64 & 1))
			continue;
		there &= set_one(cpu, sizeof(usable)) == 0 && current_cpu() == cpu;
		for (int i = 0; i < 50; i++) {
			sys(SYS_sched_yield);
			stays &= current_cpu() == cpu;
		}
		inherited &= status_of(inherits, (void *)(intptr_t)cpu) == 0;
		last = cpu;
	}
	say_if("each CPU can be gone to", there);
	say_if("and is stayed on", stays);
	say_if("a child inherits it", inherited);
	say_if("a mask of just enough bytes", set_one(last, (size_t)last / 8 + 1) == 0);
}

// Another process is moved while it runs.
static void moving_another(void)
{
	int status, first = 0;

	while (!(usable[first / 64] >> first % 64 & 1))
		first++;
	sys(SYS_sched_setaffinity, 0, sizeof(usable), usable);
	pid_t pid = fork();

	if (pid == 0) {
		// Until the mask says one CPU; then it must be there.
		while (inherits((void *)(intptr_t)first) == 1)
			sys(SYS_sched_yield);
		_exit(current_cpu() == first ? 0 : 1);
	}
	uint64_t mask[WORDS] = {0};

	mask[first / 64] = 1ul << first % 64;
	say_result("set of a child", sys(SYS_sched_setaffinity, pid, sizeof(mask), mask));
	waitpid(pid, &status, 0);
	say("the child: %s\n", status_name(status));
}

static void getcpu_pointers(void)
{
	unsigned cpu = ~0u, node = ~0u;
	char *edge;

	pages_before_edge(1, &edge);
	say_result("getcpu, nothing wanted", sys(SYS_getcpu, NULL, NULL, NULL));
	say_result("getcpu, both", sys(SYS_getcpu, &cpu, &node, NULL));
	say_if("both are told", cpu != ~0u && node != ~0u);
	say_result("getcpu, third pointer bad", sys(SYS_getcpu, &cpu, &node, KERNEL_ADDR));
	say_result("getcpu, CPU in the kernel", sys(SYS_getcpu, KERNEL_ADDR, NULL, NULL));
	say_result("getcpu, node in the kernel", sys(SYS_getcpu, NULL, KERNEL_ADDR, NULL));
	say_result("getcpu, over an edge", sys(SYS_getcpu, edge - 2, NULL, NULL));
	say_result("sched_yield", sys(SYS_sched_yield));
}

int main(void)
{
	get_errors();
	get();
	set_errors();
	moving();
	moving_another();
	getcpu_pointers();
	return 0;
}
