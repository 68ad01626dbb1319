// Stopping and continuing: what wait4 tells of it, and what a signal does to one that stands still.
#include "say.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <time.h>

#define BIT(sig) (1ull << ((sig)-1))

static void nap(long ms)
{
	struct timespec time = {ms / 1000, ms % 1000 * 1000000};

	sys(SYS_nanosleep, &time, NULL);
}

static int64_t now_ms(void)
{
	struct timespec now;

	sys(SYS_clock_gettime, CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void block(uint64_t mask)
{
	sys(SYS_rt_sigprocmask, SIG_SETMASK, &mask, NULL, 8);
}

static void naps_for_ever(void)
{
	for (;;)
		nap(1000);
}

static void spins_for_ever(void)
{
	for (volatile long i = 0;; i++)
		;
}

// Its child, which outlives it, comes to its end.
static void waits_for_ever(void)
{
	if (sys(SYS_fork) == 0)
		_exit((nap(5000), 0));
	sys(SYS_wait4, -1, NULL, 0, NULL);
	_exit(1);
}

static pid_t start(void (*does)(void))
{
	pid_t pid = (pid_t)sys(SYS_fork);

	if (pid == 0)
		does();
	return pid;
}

// Prints what wait4 says of the child.
static void look(const char *what, pid_t pid, int options)
{
	int status = 0x5555;
	long result = sys(SYS_wait4, pid, &status, options, NULL);

	say("%s: %s, status %#x\n", what, result == pid ? "it" : result_name(result),
	    (unsigned)status);
}

static void end(pid_t pid)
{
	sys(SYS_kill, pid, SIGKILL);
	look("killed", pid, WUNTRACED | WCONTINUED);
}

static void news(const char *what, void (*does)(void))
{
	pid_t pid = start(does);

	say("%s\n", what);
	look("nothing yet", pid, WNOHANG | WUNTRACED | WCONTINUED);
	sys(SYS_kill, pid, SIGSTOP);
	look("stopped", pid, WUNTRACED);
	look("told once", pid, WNOHANG | WUNTRACED | WCONTINUED);
	sys(SYS_kill, pid, SIGSTOP);
	nap(5);
	look("a second stop is none", pid, WNOHANG | WUNTRACED | WCONTINUED);
	sys(SYS_kill, pid, SIGCONT);
	look("not for who does not ask", pid, WNOHANG | WUNTRACED);
	look("continued", pid, WCONTINUED);
	look("told once", pid, WNOHANG | WUNTRACED | WCONTINUED);
	sys(SYS_kill, pid, SIGCONT);
	look("who runs does not continue", pid, WNOHANG | WCONTINUED);
	end(pid);
}

// Later news replace what was not asked for.
static void unasked(void)
{
	pid_t pid = start(naps_for_ever);

	sys(SYS_kill, pid, SIGSTOP);
	nap(100);
	sys(SYS_kill, pid, SIGCONT);
	look("stopped and continued", pid, WNOHANG | WUNTRACED | WCONTINUED);
	look("and then", pid, WNOHANG | WUNTRACED | WCONTINUED);
	sys(SYS_kill, pid, SIGSTOP);
	nap(100);
	end(pid);
}

// What comes to one that stands still has its effect when it goes on; SIGKILL at once.
static void signals_meanwhile(void)
{
	static const int sigs[] = {SIGTERM, SIGUSR1, 40, SIGSEGV};
	pid_t pid;

	for (size_t i = 0; i < sizeof(sigs) / sizeof(sigs[0]); i++) {
		pid = start(naps_for_ever);
		sys(SYS_kill, pid, SIGSTOP);
		look("stopped", pid, WUNTRACED);
		sys(SYS_kill, pid, sigs[i]);
		sys(SYS_tkill, pid, SIGCHLD);
		nap(10);
		look("stands still", pid, WNOHANG | WUNTRACED);
		sys(SYS_kill, pid, SIGCONT);
		look("ends", pid, 0);
	}
	pid = start(spins_for_ever);
	sys(SYS_kill, pid, SIGSTOP);
	look("stopped", pid, WUNTRACED);
	sys(SYS_tkill, pid, SIGKILL);
	look("ends", pid, 0);
}

static void blocks_all(void)
{
	block(~0ull);
	sys(SYS_kill, getppid(), 0);
	naps_for_ever();
}

// Neither SIGSTOP nor that SIGCONT continues can be blocked.
static void blocked(void)
{
	pid_t pid = start(blocks_all);

	nap(30);
	sys(SYS_kill, pid, SIGSTOP);
	look("stopped", pid, WUNTRACED);
	sys(SYS_kill, pid, SIGCONT);
	look("continued", pid, WCONTINUED);
	sys(SYS_tkill, pid, SIGSTOP);
	look("stopped again", pid, WUNTRACED);
	sys(SYS_tkill, pid, SIGCONT);
	look("continued again", pid, WCONTINUED);
	end(pid);
}

// A stop that is pending is gone when SIGCONT comes.
static int annulled(void *arg)
{
	(void)arg;
	block(BIT(SIGTSTP) | BIT(SIGTTIN));
	sys(SYS_kill, getpid(), SIGTSTP);
	sys(SYS_tkill, sys(SYS_gettid), SIGTTIN);
	sys(SYS_kill, getpid(), SIGCONT);
	block(0);
	return 3;
}

static int stops_itself(void *arg)
{
	long result = sys(SYS_tkill, sys(SYS_gettid), (int)(intptr_t)arg);

	return result == 0 ? 4 : 5;
}

// The session has nobody outside of the group: who would continue it? (Where there are no sessions,
// that is so anyway.)
static int alone_stops_itself(void *arg)
{
	sys(SYS_setsid);
	return stops_itself(arg);
}

static void itself(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(stops_itself((void *)SIGSTOP));
	look("by itself", pid, WUNTRACED);
	sys(SYS_kill, pid, SIGCONT);
	look("and goes on behind its call", pid, 0);
	say_child("a stop annulled", annulled, NULL);
	say_child("nobody continues TSTP", alone_stops_itself, (void *)SIGTSTP);
	say_child("nobody continues TTIN", alone_stops_itself, (void *)SIGTTIN);
	say_child("nobody continues TTOU", alone_stops_itself, (void *)SIGTTOU);
}

static int sleeps(void *arg)
{
	struct timespec time = {0, 150000000}, rest = {7, 7};
	int64_t began = now_ms();
	long result = sys(SYS_nanosleep, &time, &rest);

	(void)arg;
	return result == 0 && now_ms() - began >= 150 ? 6 : 7;
}

// A stop does not shorten a sleep, and a longer one does not lengthen it.
static void sleep_over_a_stop(long ms)
{
	pid_t pid = fork();
	int64_t began = now_ms();

	if (pid == 0)
		_exit(sleeps(NULL));
	nap(20);
	sys(SYS_kill, pid, SIGSTOP);
	look("asleep", pid, WUNTRACED);
	nap(ms);
	look("stands still", pid, WNOHANG);
	sys(SYS_kill, pid, SIGCONT);
	look("slept", pid, 0);
	say_if("not too long", now_ms() - began < ms + 2000);
}

// --- what stays over execve ----------------------------------------------------------------------

static int becomes_another(void *arg)
{
	char *args[] = {"abi_stop", (char *)arg, NULL};

	block(BIT(SIGUSR1) | BIT(SIGTERM));
	sys(SYS_tkill, sys(SYS_gettid), SIGUSR1);
	return (int)sys(SYS_execve, getauxval(AT_EXECFN), args, NULL);
}

static int another(const char *does)
{
	uint64_t mask = 0;

	sys(SYS_rt_sigprocmask, SIG_BLOCK, NULL, &mask, 8);
	say("the mask stays: %#llx\n", (unsigned long long)mask);
	if (strcmp(does, "unblock") == 0)
		block(0);
	return 8;
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return another(argv[1]);
	news("of a sleeper", naps_for_ever);
	news("of a spinner", spins_for_ever);
	news("of a parent that waits", waits_for_ever);
	unasked();
	signals_meanwhile();
	blocked();
	itself();
	sleep_over_a_stop(30);
	sleep_over_a_stop(200);
	say_child("pending over execve, blocked", becomes_another, "keep");
	say_child("pending over execve, unblocked", becomes_another, "unblock");
	return 0;
}
