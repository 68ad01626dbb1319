// What the test programs share: printing, raw system calls, names of errors, observed children.
//
// Everything printed must be the same on Linux and on Stoa: verdicts, results, errors and
// relations, never addresses, times or process numbers. Only wait4 observes: Stoa has no signal
// handlers yet.
#pragma once

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE	      4096ul
#define KERNEL_ADDR   0xffffffff80000000ul
#define KERNEL_DIRECT 0xffff888000000000ul
#define NON_CANONICAL 0x0000800000000000ul
#define ARCH_SET_GS   0x1001
#define ARCH_SET_FS   0x1002
#define ARCH_GET_FS   0x1003
#define ARCH_GET_GS   0x1004
#define USER_END      0x00007ffffffff000ul

// Prints with one write, so that lines of several processes do not mix and fork copies no buffer.
__attribute__((format(printf, 1, 2))) static inline void say(const char *format, ...)
{
	char line[512];
	va_list args;

	va_start(args, format);
	int size = vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	if (size >= (int)sizeof(line))
		size = sizeof(line) - 1;
	if (write(1, line, (size_t)size) != size)
		_exit(99);
}

static inline long raw_call(long nr, long a, long b, long c, long d, long e, long f)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;

	__asm__ volatile("syscall"
			 : "+a"(nr)
			 : "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return nr;
}

// sys(number, arguments...): the kernel's own answer, -errno when it fails.
#define sys(...) sys_pick(__VA_ARGS__, 0, 0, 0, 0, 0, 0, 0)
#define sys_pick(nr, a, b, c, d, e, f, ...) \
	raw_call(nr, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))

// The number, or the name of the error; in one of a few buffers that take turns.
static inline const char *result_name(long result)
{
	static const struct {
		int number;
		const char *name;
	} errors[] = {
		{EPERM, "EPERM"},	    {ENOENT, "ENOENT"},	  {ESRCH, "ESRCH"},
		{EINTR, "EINTR"},	    {EIO, "EIO"},	  {E2BIG, "E2BIG"},
		{ENOEXEC, "ENOEXEC"},	    {EBADF, "EBADF"},	  {ECHILD, "ECHILD"},
		{EAGAIN, "EAGAIN"},	    {ENOMEM, "ENOMEM"},	  {EACCES, "EACCES"},
		{EFAULT, "EFAULT"},	    {EBUSY, "EBUSY"},	  {EEXIST, "EEXIST"},
		{ENODEV, "ENODEV"},	    {ENOTDIR, "ENOTDIR"}, {EISDIR, "EISDIR"},
		{EINVAL, "EINVAL"},	    {ENOTTY, "ENOTTY"},	  {ENAMETOOLONG, "ENAMETOOLONG"},
		{ENOSYS, "ENOSYS"},	    {ELOOP, "ELOOP"},	  {EOVERFLOW, "EOVERFLOW"},
		{EOPNOTSUPP, "EOPNOTSUPP"}, {ESPIPE, "ESPIPE"},
	};
	static char buffers[4][24];
	static unsigned turn;
	char *buffer = buffers[turn++ % 4];

	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		if (result == -errors[i].number)
			return errors[i].name;
	snprintf(buffer, sizeof(buffers[0]), "%ld", result);
	return buffer;
}

// Prints `what: result` of a raw system call.
static inline void say_result(const char *what, long result)
{
	say("%s: %s\n", what, result_name(result));
}

static inline void say_if(const char *what, bool holds)
{
	say("%s: %s\n", what, holds ? "yes" : "NO");
}

// Runs f(arg) in a child; its result is the child's exit status. Returns the wait status.
static inline int status_of(int (*f)(void *arg), void *arg)
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0)
		_exit(f(arg));
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -1;
	return status;
}

// "exit 3", "signal 11": how a child ended. Whether it dumped core is the machine's business.
static inline const char *status_name(int status)
{
	static char name[32];

	if (WIFEXITED(status))
		snprintf(name, sizeof(name), "exit %d", WEXITSTATUS(status));
	else if (WIFSIGNALED(status))
		snprintf(name, sizeof(name), "signal %d", WTERMSIG(status));
	else
		snprintf(name, sizeof(name), "wait status %#x", (unsigned)status);
	return name;
}

static inline void say_child(const char *what, int (*f)(void *arg), void *arg)
{
	say("%s: %s\n", what, status_name(status_of(f, arg)));
}

// Runs f in a child and reaps all others, as the first process must; the program's exit status is
// f's. On Stoa the program may itself be the first process, to which orphans go.
static inline int as_first_process(int (*f)(void *arg), void *arg)
{
	int status, ended;
	pid_t pid = fork();

	if (pid == 0)
		_exit(f(arg));
	do {
		ended = waitpid(-1, &status, 0);
	} while (ended != pid && ended > 0);
	return ended == pid && WIFEXITED(status) ? WEXITSTATUS(status) : 98;
}

// Fresh private anonymous pages; ends the program when there are none.
static inline char *fresh_pages(size_t count)
{
	char *pages = mmap(NULL, count * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			   -1, 0);

	if (pages == MAP_FAILED) {
		say("no %zu fresh pages: %s\n", count, result_name(-errno));
		_exit(97);
	}
	return pages;
}

// Fresh pages with an inaccessible one behind them; *edge is where that begins. (It stays mapped,
// so that nothing else moves in.)
static inline char *pages_before_edge(size_t count, char **edge)
{
	char *pages = fresh_pages(count + 1);

	*edge = pages + count * PAGE;
	mprotect(*edge, PAGE, PROT_NONE);
	return pages;
}
