// fork, exit and wait4: copies, statuses, orphans, errors.
#define _GNU_SOURCE // CLONE_*
#include "say.h"

#include <sched.h>
#include <sys/resource.h>
#include <time.h>

#define NO_SUCH_OPTION 0x10000000
#define NEAR_16	       16000 // KiB: Linux's count of 16 MiB may lag behind

static char *shared_by_copy;

static int exits_with(void *status)
{
	return (int)(intptr_t)status;
}

static int writes_pages(void *pages)
{
	for (int i = 0; i < 8; i++) {
		char *at = (char *)pages + i * PAGE;

		if (*at != i)
			return 1;
		*(volatile char *)at = 100;
	}
	return 0;
}

static void copies(void)
{
	char *pages = fresh_pages(8);
	char on_stack = 1;
	static char in_data = 2;

	for (int i = 0; i < 8; i++)
		pages[i * PAGE] = (char)i;
	say_child("child writes the parent's pages", writes_pages, pages);
	say_child("another child sees the parent's", writes_pages, pages);
	pid_t pid = fork();

	if (pid == 0) {
		on_stack = in_data = 9;
		_exit(on_stack + in_data);
	}
	waitpid(pid, NULL, 0);
	say("after: %d %d, stack %d, data %d\n", pages[0], pages[7 * PAGE], on_stack, in_data);
}

static int waits_and_compares(void *pages)
{
	// The parent writes meanwhile, so that either may be first.
	for (int i = 0; i < 200; i++) {
		if (*(volatile char *)pages != 3)
			return 1;
		sys(SYS_sched_yield);
	}
	return 0;
}

static void copies_the_other_way(void)
{
	char *pages = fresh_pages(1);
	int status;

	*pages = 3;
	pid_t pid = fork();

	if (pid == 0)
		_exit(waits_and_compares(pages));
	for (int i = 0; i < 200; i++) {
		*(volatile char *)pages = (char)i;
		sys(SYS_sched_yield);
	}
	waitpid(pid, &status, 0);
	say("the parent's writes: %s\n", status_name(status));
}

// Each generation changes the page, forks, and adds its child's status to its own.
static int generation(void *left)
{
	intptr_t n = (intptr_t)left;

	if (*shared_by_copy != n)
		return 200;
	if (n == 0)
		return 0;
	*shared_by_copy = (char)(n - 1);
	int status = status_of(generation, (void *)(n - 1));

	if (*shared_by_copy != n - 1)
		return 201;
	return WIFEXITED(status) ? WEXITSTATUS(status) + 1 : 202;
}

static void deep_chain(void)
{
	shared_by_copy = fresh_pages(1);
	*shared_by_copy = 60;
	say_child("60 generations", generation, (void *)60);
	say("the first still has %d\n", *shared_by_copy);
}

static void statuses(void)
{
	say_child("exit 0", exits_with, (void *)0);
	say_child("exit 255", exits_with, (void *)255);
	say_child("exit 256", exits_with, (void *)256);
	say_child("exit 0x1234", exits_with, (void *)0x1234);
	say_child("exit -1", exits_with, (void *)-1);
	int status;
	pid_t pid = fork();

	if (pid == 0)
		sys(SYS_exit, 77);
	waitpid(pid, &status, 0);
	say("exit of the only thread: wait status %#x\n", (unsigned)status);
}

static void wait_errors(void)
{
	int status = 5;
	struct rusage usage;

	say_result("nobody", sys(SYS_wait4, -1, &status, 0, NULL));
	say_result("nobody, no hang", sys(SYS_wait4, -1, &status, WNOHANG, NULL));
	say_result("nobody in my group", sys(SYS_wait4, 0, &status, 0, NULL));
	say_result("no such group", sys(SYS_wait4, -999999, &status, 0, NULL));
	say_result("no such process", sys(SYS_wait4, 999999, &status, 0, NULL));
	say_result("my parent", sys(SYS_wait4, getppid(), &status, 0, NULL));
	say_result("myself", sys(SYS_wait4, getpid(), &status, 0, NULL));
	say_result("INT_MIN", sys(SYS_wait4, INT32_MIN, &status, 0, NULL));
	say_result("bad options", sys(SYS_wait4, -1, &status, NO_SUCH_OPTION, NULL));
	say_result("WNOWAIT", sys(SYS_wait4, -1, &status, WNOWAIT, NULL));
	say_result("WEXITED", sys(SYS_wait4, -1, &status, WEXITED, NULL));
	say_result("nobody, bad pointers", sys(SYS_wait4, -1, KERNEL_ADDR, 0, KERNEL_ADDR));
	say_result("nobody, WUNTRACED", sys(SYS_wait4, -1, &status, WUNTRACED, &usage));
	say("the status is left alone: %d\n", status);
}

static pid_t child_exiting(int status)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(status);
	return pid;
}

static void wait_pointers(void)
{
	pid_t pid = child_exiting(3);
	struct rusage usage;

	memset(&usage, 0xff, sizeof(usage));
	say_if("no status wanted", sys(SYS_wait4, pid, NULL, 0, NULL) == pid);
	pid = child_exiting(3);
	say_if("usage wanted", sys(SYS_wait4, pid, NULL, 0, &usage) == pid);
	say_if("usage is sensible", usage.ru_utime.tv_sec >= 0 && usage.ru_utime.tv_sec < 100 &&
					    usage.ru_utime.tv_usec >= 0 &&
					    usage.ru_utime.tv_usec < 1000000 &&
					    usage.ru_minflt >= 0);
	pid = child_exiting(3);
	say_result("a bad status pointer", sys(SYS_wait4, pid, KERNEL_ADDR, 0, NULL));
	say_result("has reaped it", sys(SYS_wait4, pid, NULL, 0, NULL));
	pid = child_exiting(3);
	say_result("a bad usage pointer", sys(SYS_wait4, pid, NULL, 0, KERNEL_ADDR));
	say_result("has reaped it", sys(SYS_wait4, pid, NULL, 0, NULL));
}

static void say_end(const char *what, pid_t pid)
{
	int status;

	if (pid <= 0)
		say_result(what, pid);
	else if (waitpid(pid, &status, 0) == pid)
		say("%s: %s\n", what, status_name(status));
}

static pid_t clone_on(char *stack)
{
	register char *expected __asm__("r12") = stack;
	long result = SYS_clone;

	__asm__ volatile("syscall\n"
			 "test %%rax, %%rax\n"
			 "jnz 1f\n"
			 "xor %%edi, %%edi\n"
			 "cmp %%rsp, %%r12\n"
			 "setne %%dil\n"
			 "push %%rdi\n"
			 "pop %%rdi\n"
			 "mov %[exit], %%eax\n"
			 "syscall\n"
			 "1:"
			 : "+a"(result)
			 : "D"(SIGCHLD), "S"(stack), "d"(0), "r"(expected), [exit] "i"(SYS_exit)
			 : "rcx", "r11", "memory");
	return (pid_t)result;
}

// clone as a C library's fork uses it.
static void cloned(void)
{
	volatile int tid = 7;
	int set = CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID | SIGCHLD;
	pid_t pid = (pid_t)sys(SYS_clone, SIGCHLD, 0, 0, &tid, 0);

	if (pid == 0)
		_exit(tid);
	say_end("clone", pid);
	pid = (pid_t)sys(SYS_clone, set, 0, 0, &tid, 0);
	if (pid == 0)
		_exit(tid == getpid() ? 3 : 4);
	say_end("clone that tells the child its number", pid);
	say("the parent's word: %d\n", tid);
	pid = (pid_t)sys(SYS_clone, set, 0, 0, KERNEL_ADDR, 0);
	if (pid == 0)
		_exit(5);
	say_end("clone that tells the kernel", pid);
	say_end("clone on a stack of its own", clone_on(fresh_pages(4) + 4 * PAGE));
	say_end("clone on no stack", clone_on((char *)KERNEL_ADDR));
}

static int uses_memory(void *mib)
{
	size_t size = (size_t)mib << 20;
	char *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	memset(at, 1, size);
	return munmap(at, size);
}

static int own_and_childs(void *mib)
{
	uses_memory((void *)1);
	return status_of(uses_memory, mib);
}

static int in_another_program(void *path)
{
	char *argv[] = {path, "end", NULL};

	uses_memory((void *)16);
	return (int)-sys(SYS_execve, path, argv, NULL);
}

static int burns_ms(void *ms)
{
	clock_t end = clock() + (intptr_t)ms * (CLOCKS_PER_SEC / 1000);

	while (clock() < end)
		continue;
	return 0;
}

static int waits_for_burner(void *ms)
{
	return status_of(burns_ms, ms);
}

// What wait4 says that f's process has used.
static struct rusage usage_of(int (*f)(void *arg), void *arg)
{
	struct rusage usage = {0};
	pid_t pid = fork();

	if (pid == 0)
		_exit(f(arg));
	say_if("reaped", sys(SYS_wait4, pid, NULL, 0, &usage) == pid);
	return usage;
}

static long used_ms(const struct rusage *usage)
{
	return (usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) * 1000 +
	       (usage->ru_utime.tv_usec + usage->ru_stime.tv_usec) / 1000;
}

static long most_kib(int who)
{
	struct rusage usage;

	return sys(SYS_getrusage, who, &usage) == 0 ? usage.ru_maxrss : -1;
}

static long faults(int who)
{
	struct rusage usage;

	return sys(SYS_getrusage, who, &usage) == 0 ? usage.ru_minflt : -1;
}

// In a process whose children have used nothing yet.
static int usage_so_far(void *arg)
{
	long before = faults(RUSAGE_SELF), own = faults(RUSAGE_THREAD);
	struct rusage usage;

	(void)arg;
	for (int i = 0; i < 100; i++) {
		char *at = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
				0);
		*at = 1;
	}
	say_if("each fault counts", faults(RUSAGE_SELF) >= before + 100);
	say_if("as the thread's", faults(RUSAGE_THREAD) >= own + 100);
	say_if("no children's", faults(RUSAGE_CHILDREN) == 0 && most_kib(RUSAGE_CHILDREN) == 0);
	status_of(uses_memory, (void *)16);
	say_if("a child's memory", most_kib(RUSAGE_CHILDREN) >= NEAR_16);
	say_if("is not this one's", most_kib(RUSAGE_SELF) < NEAR_16);
	uses_memory((void *)32);
	say_if("more of its own", most_kib(RUSAGE_SELF) >= 2 * NEAR_16);
	say_if("is not a child's", most_kib(RUSAGE_CHILDREN) < 2 * NEAR_16);
	burns_ms((void *)20);
	say_result("getrusage", sys(SYS_getrusage, RUSAGE_THREAD, &usage));
	say_if("time", used_ms(&usage) >= 20);
	say_result("of nobody", sys(SYS_getrusage, 2, &usage));
	say_result("of -2", sys(SYS_getrusage, -2, &usage));
	say_result("to the kernel", sys(SYS_getrusage, RUSAGE_SELF, KERNEL_ADDR));
	return 0;
}

static void usages(char *path)
{
	struct rusage usage = usage_of(uses_memory, (void *)0);

	say_if("a small process", usage.ru_maxrss < 4096);
	usage = usage_of(uses_memory, (void *)16);
	say_if("one that had 16 MiB", usage.ru_maxrss >= NEAR_16 && usage.ru_maxrss < 20480);
	usage = usage_of(own_and_childs, (void *)16);
	say_if("one whose child had", usage.ru_maxrss >= NEAR_16 && usage.ru_maxrss < 20480);
	usage = usage_of(in_another_program, path);
	say_if("one that had before execve", usage.ru_maxrss >= NEAR_16 && usage.ru_maxrss < 20480);
	usage = usage_of(burns_ms, (void *)40);
	say_if("time", used_ms(&usage) >= 40 && used_ms(&usage) < 10000);
	usage = usage_of(waits_for_burner, (void *)40);
	say_if("a child's time", used_ms(&usage) >= 40 && used_ms(&usage) < 10000);
}

static int naps_then_exits(long ms, int status)
{
	struct timespec time = {ms / 1000, ms % 1000 * 1000000};

	sys(SYS_nanosleep, &time, NULL);
	return status;
}

static void selection(void)
{
	int status = 5;
	pid_t slow = fork();

	if (slow == 0)
		_exit(naps_then_exits(30, 1));
	say_result("no hang, still running", sys(SYS_wait4, slow, &status, WNOHANG, NULL));
	say("the status is left alone: %d\n", status);
	pid_t quick = child_exiting(2);

	say_if("by number, the later one", sys(SYS_wait4, quick, &status, 0, NULL) == quick);
	say("%s\n", status_name(status));
	say_if("any, the slow one", sys(SYS_wait4, -1, &status, 0, NULL) == slow);
	say("%s\n", status_name(status));
	pid_t mine = child_exiting(4);

	say_if("in my group", sys(SYS_wait4, 0, &status, 0, NULL) == mine);
	mine = child_exiting(5);
	say_if("with all options",
	       sys(SYS_wait4, mine, &status, WUNTRACED | WCONTINUED | 0x60000000, NULL) == mine);
	say("%s\n", status_name(status));
	say_result("nobody is left", sys(SYS_wait4, -1, &status, 0, NULL));
}

static void many(void)
{
	int sum = 0, status;

	for (int i = 0; i < 40; i++)
		child_exiting(i);
	while (waitpid(-1, &status, 0) > 0)
		sum += WEXITSTATUS(status);
	say("40 children's statuses together: %d\n", sum);
}

// Reads a page that its parent, dead by then, had written.
static int orphan(pid_t parent, char *page)
{
	while (getppid() == parent)
		naps_then_exits(2, 0);
	say("orphan: another parent, page %d\n", *page);
	return 0;
}

static int leaves_orphan(void *arg)
{
	char *page = fresh_pages(1);
	pid_t self = getpid();

	(void)arg;
	*page = 42;
	if (fork() == 0)
		_exit(orphan(self, page));
	return naps_then_exits(50, 6);
}

static void orphans(void)
{
	int status;

	say("a child leaves an orphan, which tells of it\n");
	status = status_of(leaves_orphan, NULL);
	// There is no other way to know that the orphan has told.
	naps_then_exits(1000, 0);
	say("the child: %s\n", status_name(status));
	say_result("a grandchild is not mine", sys(SYS_wait4, -1, NULL, 0, NULL));
}

static int identity(void *parent)
{
	if (getppid() != (pid_t)(intptr_t)parent)
		return 1;
	if (getpid() == (pid_t)(intptr_t)parent)
		return 2;
	return sys(SYS_gettid) == getpid() ? 0 : 3;
}

static int all(void *path)
{
	copies();
	copies_the_other_way();
	deep_chain();
	statuses();
	wait_errors();
	wait_pointers();
	selection();
	many();
	cloned();
	usages(path);
	say_child("usage so far", usage_so_far, NULL);
	orphans();
	say_child("a child's numbers", identity, (void *)(intptr_t)getpid());
	return 0;
}

int main(int argc, char **argv)
{
	// What a child has become that called execve.
	if (argc > 1)
		return 0;
	return as_first_process(all, argv[0]);
}
