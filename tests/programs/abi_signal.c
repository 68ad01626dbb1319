// kill, tkill, tgkill with the default actions, and rt_sigprocmask. Nothing is caught: who is hit,
// dies or does not, and wait4 tells.
#include "say.h"

#include <signal.h>
#include <time.h>

#define BIT(sig) (1ull << ((sig)-1))
#define ALL	 (~0ull)

static bool stops(int sig)
{
	return sig == SIGSTOP || sig == SIGTSTP || sig == SIGTTIN || sig == SIGTTOU;
}

static long set_mask(int how, uint64_t set)
{
	return sys(SYS_rt_sigprocmask, how, &set, NULL, 8);
}

static uint64_t mask_now(void)
{
	uint64_t mask = 0;

	sys(SYS_rt_sigprocmask, SIG_BLOCK, NULL, &mask, 8);
	return mask;
}

static void nap(long ms)
{
	struct timespec time = {0, ms * 1000000};

	sys(SYS_nanosleep, &time, NULL);
}

static void errors(void)
{
	int self = getpid();

	say_result("kill me, 0", sys(SYS_kill, self, 0));
	say_result("kill my group, 0", sys(SYS_kill, 0, 0));
	say_result("kill me, 65", sys(SYS_kill, self, 65));
	say_result("kill me, -1", sys(SYS_kill, self, -1));
	say_result("kill nobody, 0", sys(SYS_kill, 999999, 0));
	say_result("kill nobody, TERM", sys(SYS_kill, 999999, SIGTERM));
	say_result("kill nobody, 65", sys(SYS_kill, 999999, 65));
	say_result("kill no group", sys(SYS_kill, -999999, SIGTERM));
	say_result("kill INT_MIN", sys(SYS_kill, INT32_MIN, SIGTERM));
	say_result("tkill me, 0", sys(SYS_tkill, self, 0));
	say_result("tkill me, 65", sys(SYS_tkill, self, 65));
	say_result("tkill 0", sys(SYS_tkill, 0, SIGTERM));
	say_result("tkill -1", sys(SYS_tkill, -1, SIGTERM));
	say_result("tkill nobody", sys(SYS_tkill, 999999, SIGTERM));
	say_result("tgkill me, 0", sys(SYS_tgkill, self, self, 0));
	say_result("tgkill me, 65", sys(SYS_tgkill, self, self, 65));
	say_result("tgkill my thread elsewhere", sys(SYS_tgkill, getppid(), self, SIGTERM));
	say_result("tgkill nobody of mine", sys(SYS_tgkill, self, 999999, SIGTERM));
	say_result("tgkill 0 of mine", sys(SYS_tgkill, self, 0, SIGTERM));
	say_result("tgkill me of 0", sys(SYS_tgkill, 0, self, SIGTERM));
	say_result("tgkill me of -1", sys(SYS_tgkill, -1, self, SIGTERM));
}

static int kills_itself(void *sig)
{
	return sys(SYS_kill, getpid(), sig) == 0 ? 0 : 1;
}

static int tkills_itself(void *sig)
{
	return sys(SYS_tkill, getpid(), sig) == 0 ? 0 : 1;
}

static int tgkills_itself(void *sig)
{
	return sys(SYS_tgkill, getpid(), getpid(), sig) == 0 ? 0 : 1;
}

static void default_actions(void)
{
	for (intptr_t sig = 1; sig <= 64; sig++) {
		if (stops((int)sig))
			continue;
		say("signal %d: kill %s", (int)sig,
		    status_name(status_of(kills_itself, (void *)sig)));
		say(", tkill %s", status_name(status_of(tkills_itself, (void *)sig)));
		say(", tgkill %s\n", status_name(status_of(tgkills_itself, (void *)sig)));
	}
}

// What a child does while it is hit.
static void sleeping(void)
{
	for (;;)
		nap(500);
}

static void spinning(void)
{
	for (volatile long i = 0;; i++)
		;
}

static void calling(void)
{
	for (;;)
		sys(SYS_sched_yield);
}

static void faulting(void)
{
	for (;;) {
		char *pages = fresh_pages(16);

		memset(pages, 1, 16 * PAGE);
		munmap(pages, 16 * PAGE);
	}
}

static void waiting(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit((nap(400), 0));
	waitpid(pid, NULL, 0);
	for (;;)
		nap(500);
}

static void forking(void)
{
	for (;;) {
		if (fork() == 0)
			_exit(0);
		waitpid(-1, NULL, 0);
	}
}

static void say_hit(const char *what, void (*does)(void), int sig)
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		does();
	nap(30);
	// Ignored ones first: they change nothing.
	sys(SYS_kill, pid, SIGCHLD);
	sys(SYS_kill, pid, SIGCONT);
	sys(SYS_tkill, pid, SIGWINCH);
	nap(5);
	long early = sys(SYS_wait4, pid, &status, WNOHANG, NULL);
	long sent = sys(SYS_kill, pid, sig);

	waitpid(pid, &status, 0);
	say("%s: before %s, sent %s, %s\n", what, result_name(early), result_name(sent),
	    status_name(status));
}

static void hits(void)
{
	static const int sigs[] = {SIGKILL, SIGTERM, SIGSEGV, SIGUSR1, 40};

	for (size_t i = 0; i < sizeof(sigs) / sizeof(sigs[0]); i++) {
		say_hit("sleeping", sleeping, sigs[i]);
		say_hit("spinning", spinning, sigs[i]);
		say_hit("calling", calling, sigs[i]);
		say_hit("faulting", faulting, sigs[i]);
		say_hit("waiting", waiting, sigs[i]);
		say_hit("forking", forking, sigs[i]);
	}
}

static int sleeps_fully(void *arg)
{
	struct timespec before, after, time = {0, 100000000};

	(void)arg;
	sys(SYS_clock_gettime, CLOCK_MONOTONIC, &before);
	long result = sys(SYS_nanosleep, &time, NULL);

	sys(SYS_clock_gettime, CLOCK_MONOTONIC, &after);
	long took = (after.tv_sec - before.tv_sec) * 1000000000 + after.tv_nsec - before.tv_nsec;

	return result != 0 ? 1 : took < time.tv_nsec ? 2 : 0;
}

static void ignored_while_asleep(void)
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(sleeps_fully(NULL));
	for (int i = 0; i < 4; i++) {
		nap(10);
		sys(SYS_kill, pid, i % 2 ? SIGCHLD : SIGURG);
	}
	waitpid(pid, &status, 0);
	say("a sleep under ignored signals: %s\n", status_name(status));
}

static void zombies(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(3);
	nap(50);
	int status;

	say_result("kill a zombie, 0", sys(SYS_kill, pid, 0));
	say_result("kill a zombie, KILL", sys(SYS_kill, pid, SIGKILL));
	say_result("tkill a zombie", sys(SYS_tkill, pid, SIGTERM));
	waitpid(pid, &status, 0);
	say("the zombie's status: %s\n", status_name(status));
	say_result("kill one that was reaped", sys(SYS_kill, pid, 0));
}

// --- the mask --------------------------------------------------------------------------------

static void mask_errors(void)
{
	uint64_t set = 0;

	say_result("size 4", sys(SYS_rt_sigprocmask, SIG_BLOCK, &set, NULL, 4));
	say_result("size 0", sys(SYS_rt_sigprocmask, SIG_BLOCK, NULL, NULL, 0));
	say_result("size 128", sys(SYS_rt_sigprocmask, SIG_BLOCK, &set, NULL, 128));
	say_result("nothing at all", sys(SYS_rt_sigprocmask, SIG_BLOCK, NULL, NULL, 8));
	say_result("how 3", sys(SYS_rt_sigprocmask, 3, &set, NULL, 8));
	say_result("how -1", sys(SYS_rt_sigprocmask, -1, &set, NULL, 8));
	say_result("how 3, no set", sys(SYS_rt_sigprocmask, 3, NULL, &set, 8));
	say_result("set NULL + 8", sys(SYS_rt_sigprocmask, SIG_BLOCK, 8, NULL, 8));
	say_result("set in the kernel", sys(SYS_rt_sigprocmask, SIG_BLOCK, KERNEL_ADDR, NULL, 8));
	say_result("old in the kernel", sys(SYS_rt_sigprocmask, SIG_BLOCK, NULL, KERNEL_ADDR, 8));
	say_result("how 3, set in the kernel", sys(SYS_rt_sigprocmask, 3, KERNEL_ADDR, NULL, 8));
	set = BIT(SIGUSR1);
	say_result("old bad, set good", sys(SYS_rt_sigprocmask, SIG_BLOCK, &set, KERNEL_ADDR, 8));
	say("the mask then: %#llx\n", (unsigned long long)mask_now());
	set_mask(SIG_SETMASK, 0);
}

static void mask_arithmetic(void)
{
	uint64_t old = 1;

	set_mask(SIG_SETMASK, BIT(1) | BIT(2));
	say("set: %#llx\n", (unsigned long long)mask_now());
	set_mask(SIG_BLOCK, BIT(2) | BIT(64));
	say("block: %#llx\n", (unsigned long long)mask_now());
	set_mask(SIG_UNBLOCK, BIT(1) | BIT(3));
	say("unblock: %#llx\n", (unsigned long long)mask_now());
	uint64_t set = BIT(5);

	sys(SYS_rt_sigprocmask, SIG_SETMASK, &set, &old, 8);
	say("old: %#llx\n", (unsigned long long)old);
	set_mask(SIG_SETMASK, ALL);
	say("all: %#llx\n", (unsigned long long)mask_now());
	set_mask(SIG_SETMASK, 0);
}

static int blocked_then_not(void *sigs)
{
	uint64_t set = (uint64_t)(uintptr_t)sigs;

	set_mask(SIG_SETMASK, ALL);
	for (int sig = 1; sig <= 64; sig++)
		if (set & BIT(sig))
			sys(SYS_kill, getpid(), sig);
	// Neither calls nor time deliver it.
	nap(5);
	if (mask_now() != (ALL & ~BIT(SIGKILL) & ~BIT(SIGSTOP)))
		return 1;
	set_mask(SIG_SETMASK, 0);
	return 2;
}

static int blocked_for_ever(void *sig)
{
	set_mask(SIG_SETMASK, ALL);
	sys(SYS_tkill, getpid(), sig);
	nap(5);
	return 3;
}

static int blocked_fault(void *arg)
{
	set_mask(SIG_SETMASK, ALL);
	if (arg)
		__asm__ volatile("ud2");
	volatile char *volatile nowhere = arg;

	*nowhere = 1;
	return 4;
}

static int inherits_mask(void *arg)
{
	(void)arg;
	if (mask_now() != BIT(SIGTERM))
		return 1;
	// What was pending in the parent is not in the child.
	set_mask(SIG_SETMASK, 0);
	return 0;
}

static int forks_with_pending(void *arg)
{
	(void)arg;
	set_mask(SIG_SETMASK, BIT(SIGTERM));
	sys(SYS_kill, getpid(), SIGTERM);
	int status = status_of(inherits_mask, NULL);

	return WIFEXITED(status) ? WEXITSTATUS(status) : 9;
}

static void blocked(void)
{
	say_child("TERM", blocked_then_not, (void *)BIT(SIGTERM));
	say_child("USR1 and HUP and TERM", blocked_then_not,
		  (void *)(BIT(SIGUSR1) | BIT(SIGHUP) | BIT(SIGTERM)));
	say_child("40 and USR2", blocked_then_not, (void *)(BIT(40) | BIT(SIGUSR2)));
	say_child("CHLD and URG", blocked_then_not, (void *)(BIT(SIGCHLD) | BIT(SIGURG)));
	say_child("KILL while all are blocked", blocked_for_ever, (void *)SIGKILL);
	say_child("TERM for ever", blocked_for_ever, (void *)SIGTERM);
	say_child("64 for ever", blocked_for_ever, (void *)64);
	say_child("a page fault while all are blocked", blocked_fault, NULL);
	say_child("ud2 while all are blocked", blocked_fault, (void *)1);
	say_child("fork with one pending", forks_with_pending, NULL);
}

static int all(void *arg)
{
	(void)arg;
	errors();
	default_actions();
	hits();
	ignored_while_asleep();
	zombies();
	mask_errors();
	mask_arithmetic();
	blocked();
	return 0;
}

// What started this may have had signals ignored or blocked, also those that libc keeps to itself.
static void forget_inherited(void)
{
	uint64_t by_default[4] = {
		0}; // the kernel's struct sigaction: handler, flags, restorer, mask

	for (int signo = 1; signo <= 64; signo++)
		sys(SYS_rt_sigaction, signo, by_default, NULL, 8);
	set_mask(SIG_SETMASK, 0);
}

int main(void)
{
	forget_inherited();
	return as_first_process(all, NULL);
}
