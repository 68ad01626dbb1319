// Part of torture.c: every kind of entry, under every kind of flags and stack pointer.
#pragma once

#include "state.h"

#include <sched.h>
#include <time.h>

struct variant {
	const char *name;
	uint64_t flags;
	uint64_t rsp; // 0: a valid one
};

static const struct variant variants[] = {
	{"plain", 0, 0},
	{"arithmetic flags", FLAG_ARITH, 0},
	{"DF", FLAG_DF, 0},
	{"AC", FLAG_AC, 0},
	{"NT", FLAG_NT, 0},
	{"ID", FLAG_ID, 0},
	{"all flags", FLAG_ARITH | FLAG_DF | FLAG_AC | FLAG_NT | FLAG_ID, 0},
	{"RSP 8", 0, 8},
	{"RSP -8", 0, -8ul},
	{"RSP non-canonical", 0, NON_CANONICAL},
	{"RSP in the kernel", FLAG_DF, KERNEL_DIRECT},
	{"RSP odd", FLAG_AC, 0x123456789abcdef1},
};

static int64_t now_ns(void)
{
	struct timespec now;

	sys(SYS_clock_gettime, CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000 + now.tv_nsec;
}

static void prepare(const struct variant *variant, uint64_t seed)
{
	state_fill(seed, variant->flags);
	if (variant->rsp)
		state_in.gpr[RSP] = variant->rsp;
}

// Takes the loaded state through a system call that is to return `result` and change nothing.
static int through_call(uint64_t nr, uint64_t result)
{
	uint64_t want[GPRS];

	state_in.gpr[RAX] = nr;
	memcpy(want, state_in.gpr, sizeof(want));
	act_syscall();
	want[RAX] = result;
	want[RCX] = (uint64_t)act_syscall_after;
	want[R11] = state_in.flags;
	return state_compare(want);
}

static int entry_nothing(const struct variant *variant)
{
	prepare(variant, 1);
	act_nothing();
	return state_compare(state_in.gpr);
}

static int entry_getpid(const struct variant *variant)
{
	prepare(variant, 2);
	return through_call(SYS_getpid, (uint64_t)getpid());
}

static int entry_bad_call(const struct variant *variant)
{
	prepare(variant, 3);
	return through_call(1000, -(uint64_t)ENOSYS);
}

static int entry_yield(const struct variant *variant)
{
	prepare(variant, 4);
	return through_call(SYS_sched_yield, 0);
}

static int entry_write(const struct variant *variant)
{
	static char line[] = "(written by the case that follows)\n";

	prepare(variant, 5);
	state_in.gpr[RDI] = 1;
	state_in.gpr[RSI] = (uint64_t)line;
	state_in.gpr[RDX] = sizeof(line) - 1;
	return through_call(SYS_write, sizeof(line) - 1);
}

static int entry_write_fault(const struct variant *variant)
{
	prepare(variant, 6);
	state_in.gpr[RDI] = 1;
	state_in.gpr[RSI] = KERNEL_DIRECT;
	state_in.gpr[RDX] = 8;
	return through_call(SYS_write, -(uint64_t)EFAULT);
}

static int entry_sleep(const struct variant *variant)
{
	static const struct timespec short_time = {0, 2000000};

	prepare(variant, 7);
	state_in.gpr[RDI] = (uint64_t)&short_time;
	state_in.gpr[RSI] = 0;
	return through_call(SYS_nanosleep, 0);
}

static int sleep_5ms(void *arg)
{
	struct timespec time = {0, 5000000};

	(void)arg;
	return (int)sys(SYS_nanosleep, &time, NULL);
}

static int entry_wait(const struct variant *variant)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(sleep_5ms(NULL));
	prepare(variant, 8);
	state_in.gpr[RDI] = (uint64_t)pid;
	state_in.gpr[RSI] = state_in.gpr[RDX] = state_in.gpr[R10] = 0;
	return through_call(SYS_wait4, (uint64_t)pid);
}

// Both sides of a fork have the parent's registers.
static int entry_fork(const struct variant *variant)
{
	uint64_t want[GPRS];
	int status, seen;

	prepare(variant, 9);
	state_in.gpr[RAX] = SYS_fork;
	memcpy(want, state_in.gpr, sizeof(want));
	act_syscall();
	pid_t pid = (pid_t)state_out.gpr[RAX];

	want[RAX] = state_out.gpr[RAX];
	want[RCX] = (uint64_t)act_syscall_after;
	want[R11] = state_in.flags;
	seen = state_compare(want);
	if (pid == 0)
		_exit(seen);
	if (seen || pid < 0 || waitpid(pid, &status, 0) != pid)
		return seen ? seen : 9;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 8;
}

static char *map_fresh(void)
{
	return mmap((void *)FRESH, 4 * PAGE, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
}

static int entry_fault_write(const struct variant *variant)
{
	map_fresh();
	prepare(variant, 10);
	act_write();
	return state_compare(state_in.gpr);
}

static int entry_fault_read(const struct variant *variant)
{
	uint64_t want[GPRS];

	map_fresh();
	prepare(variant, 11);
	memcpy(want, state_in.gpr, sizeof(want));
	want[RAX] &= ~0xfful;
	act_read();
	return state_compare(want);
}

static int copied_child(void *variant)
{
	prepare(variant, 12);
	act_write();
	return state_compare(state_in.gpr);
}

static int entry_fault_copy(const struct variant *variant)
{
	*map_fresh() = 5;
	int status = status_of(copied_child, (void *)variant);

	if (*(char *)FRESH != 5)
		return 7;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 8;
}

// A string instruction with a page fault in the middle.
static int entry_fault_string(const struct variant *variant)
{
	static char source[2 * PAGE];
	uint64_t want[GPRS], size = sizeof(source), back = variant->flags & FLAG_DF;

	fill_random(source, size, &size);
	size = sizeof(source);
	map_fresh();
	prepare(variant, 13);
	state_in.gpr[RSI] = (uint64_t)source + (back ? size - 1 : 0);
	state_in.gpr[RDI] = FRESH + 100 + (back ? size - 1 : 0);
	state_in.gpr[RCX] = size;
	memcpy(want, state_in.gpr, sizeof(want));
	want[RSI] += back ? -size : size;
	want[RDI] += back ? -size : size;
	want[RCX] = 0;
	act_copy();
	if (memcmp(source, (char *)FRESH + 100, size) != 0)
		return 7;
	return state_compare(want);
}

// Ring 3's own IRET sets RF (POPF cannot) and the stack pointer, then the next instruction faults.
static int entry_iret(const struct variant *variant)
{
	uint64_t want[GPRS], cs, ss;

	__asm__("mov %%cs, %0; mov %%ss, %1" : "=r"(cs), "=r"(ss));
	map_fresh();
	prepare(variant, 14);
	uint64_t frame[] = {(uint64_t)act_iret_to, cs, state_in.flags | FLAG_RF, state_in.gpr[RSP],
			    ss};

	memcpy(want, state_in.gpr, sizeof(want));
	state_in.gpr[RSP] = (uint64_t)frame;
	state_in.flags = FLAGS_FIXED;
	act_iret();
	state_in.flags = variant->flags | FLAGS_FIXED;
	return state_compare(want);
}

// Runs for at least three time slices, so that the timer interrupts it.
static int spin_with(const struct variant *variant, void (*act)(void), uint64_t loops)
{
	int64_t end = now_ns() + 12000000;
	uint64_t want[GPRS];
	int seen = 0;

	for (uint64_t seed = 15; !seen && now_ns() < end; seed++) {
		prepare(variant, seed);
		state_in.gpr[RCX] = loops;
		memcpy(want, state_in.gpr, sizeof(want));
		want[RCX] = 0;
		act();
		seen = state_compare(want);
	}
	return seen;
}

static int entry_timer(const struct variant *variant)
{
	return spin_with(variant, act_spin, 500000);
}

static int entry_timer_pause(const struct variant *variant)
{
	return spin_with(variant, act_pause, 50000);
}

static const struct {
	const char *name;
	int (*run)(const struct variant *variant);
} entries[] = {
	{"nothing", entry_nothing},
	{"getpid", entry_getpid},
	{"no such call", entry_bad_call},
	{"sched_yield", entry_yield},
	{"write", entry_write},
	{"write, bad pointer", entry_write_fault},
	{"nanosleep", entry_sleep},
	{"wait4", entry_wait},
	{"fork", entry_fork},
	{"fault on write", entry_fault_write},
	{"fault on read", entry_fault_read},
	{"copy-on-write", entry_fault_copy},
	{"string fault", entry_fault_string},
	{"iret to a fault", entry_iret},
	{"timer", entry_timer},
	{"timer, pausing", entry_timer_pause},
};

struct entry_case {
	int (*run)(const struct variant *variant);
	const struct variant *variant;
};

static int run_entry(void *arg)
{
	const struct entry_case *c = arg;

	return c->run(c->variant);
}

static void entry_cases(void)
{
	char name[96];

	for (size_t e = 0; e < sizeof(entries) / sizeof(entries[0]); e++) {
		for (size_t v = 0; v < sizeof(variants) / sizeof(variants[0]); v++) {
			struct entry_case c = {entries[e].run, &variants[v]};
			bool may_die = c.run == entry_iret && far_returns_fail();

			snprintf(name, sizeof(name), "%s with %s", entries[e].name,
				 variants[v].name);
			run_case(&(struct test){name, run_entry, &c,
						may_die ? SURVIVES | DIES_ANY : SURVIVES});
		}
	}
}
