/* Rows of making processes and ending them. */
#define _GNU_SOURCE /* vfork */
#include "bench.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define ANON_SIZE (4ul << 20)
#define BSS_SIZE  (64ul << 10)
#define COW_SIZE  (256 * PAGE)

static char bss[BSS_SIZE];
static char *anon;

/* What the forked process has: 4 MiB of touched anonymous memory, 64 KiB of bss, its stack. */
static bool prepare_parent(void)
{
	anon = bench_map(ANON_SIZE);
	for (unsigned long at = 0; at < ANON_SIZE; at += PAGE)
		touch(anon + at);
	for (unsigned long at = 0; at < BSS_SIZE; at += PAGE)
		touch(bss + at);
	return true;
}

static void finish_parent(void)
{
	bench_unmap(anon, ANON_SIZE);
}

/* fork in place; ends the benchmark when it fails. */
static inline __attribute__((always_inline)) long fork_once(void)
{
	long pid = call0(SYS_fork);

	if (pid < 0)
		bench_fail("fork", pid);
	return pid;
}

/* Waits for the child; it must have ended with status 0. */
static inline __attribute__((always_inline)) void wait_once(long pid)
{
	int status = 0;
	long result = call4(SYS_wait4, pid, (long)&status, 0, 0);

	if (result != pid || status)
		bench_fail("the child's status", status ? status : result);
}

static inline __attribute__((always_inline)) void fork_exit_once(void)
{
	long pid = fork_once();

	if (!pid)
		call1(SYS_exit_group, 0);
	wait_once(pid);
}

static uint64_t fork_exit_wait(unsigned batch)
{
	return TIMED(batch, fork_exit_once());
}

static char program[] = "/bin/true";
static char *arguments[] = {program, NULL};
static char *environment[] = {NULL};

static inline __attribute__((always_inline)) void exec_once(void)
{
	call3(SYS_execve, (long)program, (long)arguments, (long)environment);
	call1(SYS_exit_group, 1);
}

static inline __attribute__((always_inline)) void fork_exec_once(void)
{
	long pid = fork_once();

	if (!pid)
		exec_once();
	wait_once(pid);
}

static uint64_t fork_exec_wait(unsigned batch)
{
	return TIMED(batch, fork_exec_once());
}

/* The C library's vfork, in a function of its own: the child borrows its frame. */
static __attribute__((noinline)) void vfork_exec_once(void)
{
	pid_t pid = vfork();

	if (!pid)
		exec_once();
	wait_once(pid);
}

static uint64_t vfork_exec_wait(unsigned batch)
{
	return TIMED(batch, vfork_exec_once());
}

static bool prepare_vfork(void)
{
	pid_t pid = vfork();

	if (!pid)
		_exit(0);
	if (pid < 0 && errno == ENOSYS)
		return false;
	wait_once(pid);
	return prepare_parent();
}

/* What a child tells its parent: its time, 0 until then. */
static volatile uint64_t *told;
static char *cow;

static bool prepare_cow(void)
{
	long shared =
		call6(SYS_mmap, 0, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if ((unsigned long)shared > -PAGE)
		bench_fail("mmap of shared memory", shared);
	told = (volatile uint64_t *)shared;
	cow = bench_map(COW_SIZE);
	return true;
}

static void finish_cow(void)
{
	bench_unmap(cow, COW_SIZE);
	bench_unmap((char *)told, PAGE);
}

/* Writes to each page; returns the ticks. */
static uint64_t write_pages(unsigned batch)
{
	char *p = cow;

	return TIMED(batch, touch(p), p += PAGE);
}

static uint64_t cow_in_child(unsigned batch)
{
	long pid;

	write_pages(batch);
	pid = fork_once();
	if (!pid) {
		*told = write_pages(batch);
		call1(SYS_exit_group, 0);
	}
	wait_once(pid);
	return *told;
}

/* The child shares the pages until it is killed. */
static uint64_t cow_in_parent(unsigned batch)
{
	static const struct timespec long_time = {1000, 0};
	uint64_t taken;
	long pid;

	write_pages(batch);
	pid = fork_once();
	if (!pid) {
		call2(SYS_nanosleep, (long)&long_time, 0);
		call1(SYS_exit_group, 1);
	}
	taken = write_pages(batch);
	call2(SYS_kill, pid, SIGKILL);
	call4(SYS_wait4, pid, 0, 0, 0);
	return taken;
}

const struct row process_rows[] = {
	{"cow_fault_parent", 20, 256, prepare_cow, cow_in_parent, finish_cow},
	{"cow_fault_child", 20, 256, prepare_cow, cow_in_child, finish_cow},
	{"fork_exit_wait", 40, 5, prepare_parent, fork_exit_wait, finish_parent},
	{"fork_exec_wait", 40, 3, prepare_parent, fork_exec_wait, finish_parent},
	{"vfork_exec_wait", 40, 3, prepare_vfork, vfork_exec_wait, finish_parent},
	{.name = NULL},
};
