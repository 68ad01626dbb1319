// The smoke test: one child per CPU pins itself there, says hello, and computes with every general
// register until it has lived through timer interrupts, page faults and system calls. The kernel
// logs what it counted for each process; the lines `counts ...` say what the program knows.
//
// After a fork the child makes raw system calls only, so that its own count of them is exact.
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CPUS_MAX    1024
#define NEED_TICKS  20
#define NEED_FAULTS 100
#define NEED_CALLS  1000

// A running thread's time slice is 4 ms, each ended by a timer interrupt. Ring 3 cannot see those,
// but when TICK_NS have passed between two instructions there was at least one. As many again as
// are needed allow for a host that runs a CPU but delivers its interrupts late.
#define TICK_NS	    10000000
#define SPARE_TICKS 20

#define PAGE	    4096
#define FRESH_PAGES 10

#define REGISTERS 15
#define ROUNDS	  64

static unsigned long calls, faults;

static long call(long nr, long a, long b, long c, long d, long e, long f)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;

	calls++;
	__asm__ volatile("syscall"
			 : "+a"(nr)
			 : "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return nr;
}

static void say(const char *line)
{
	size_t size = strlen(line);

	if (call(SYS_write, 1, (long)line, (long)size, 0, 0, 0) != (long)size)
		call(SYS_exit_group, 2, 0, 0, 0, 0, 0);
}

static _Noreturn void fail(const char *why, unsigned cpu)
{
	char line[96];

	snprintf(line, sizeof(line), "smoke: cpu=%u: %s\n", cpu, why);
	say(line);
	for (;;)
		call(SYS_exit_group, 1, 0, 0, 0, 0, 0);
}

// void mix(uint64_t state[REGISTERS], long rounds): loads the state into all general registers but
// the stack pointer, mixes them, and stores them back.
void mix(uint64_t *state, long rounds);
__asm__(".macro step to, from, turn\n"
	"	add %\\from, %\\to\n"
	"	rol $\\turn, %\\to\n"
	"	xor %\\to, %\\from\n"
	".endm\n"
	".text\n"
	"mix:\n"
	"	push %rbx; push %rbp; push %r12; push %r13; push %r14; push %r15\n"
	"	push %rdi; push %rsi\n"
	"	mov (%rdi), %rax;    mov 8(%rdi), %rbx;    mov 16(%rdi), %rcx; mov 24(%rdi), %rdx\n"
	"	mov 32(%rdi), %rsi;  mov 48(%rdi), %rbp;   mov 56(%rdi), %r8;  mov 64(%rdi), %r9\n"
	"	mov 72(%rdi), %r10;  mov 80(%rdi), %r11;   mov 88(%rdi), %r12; mov 96(%rdi), %r13\n"
	"	mov 104(%rdi), %r14; mov 112(%rdi), %r15;  mov 40(%rdi), %rdi\n"
	"1:	step rax, rbx, 1;  step rbx, rcx, 2;  step rcx, rdx, 3;  step rdx, rsi, 4\n"
	"	step rsi, rdi, 5;  step rdi, rbp, 6;  step rbp, r8, 7;   step r8, r9, 8\n"
	"	step r9, r10, 9;   step r10, r11, 10; step r11, r12, 11; step r12, r13, 12\n"
	"	step r13, r14, 13; step r14, r15, 14; step r15, rax, 15\n"
	"	decq (%rsp)\n"
	"	jnz 1b\n"
	"	push %rdi\n"
	"	mov 16(%rsp), %rdi\n"
	"	mov %rax, (%rdi);    mov %rbx, 8(%rdi);    mov %rcx, 16(%rdi); mov %rdx, 24(%rdi)\n"
	"	mov %rsi, 32(%rdi);  mov %rbp, 48(%rdi);   mov %r8, 56(%rdi);  mov %r9, 64(%rdi)\n"
	"	mov %r10, 72(%rdi);  mov %r11, 80(%rdi);   mov %r12, 88(%rdi); mov %r13, 96(%rdi)\n"
	"	mov %r14, 104(%rdi); mov %r15, 112(%rdi)\n"
	"	pop %rax; mov %rax, 40(%rdi)\n"
	"	pop %rsi; pop %rdi\n"
	"	pop %r15; pop %r14; pop %r13; pop %r12; pop %rbp; pop %rbx\n"
	"	ret\n");

// The same sum as mix(), as the compiler does it.
static void mix_again(uint64_t *state, long rounds)
{
	while (rounds--) {
		for (unsigned i = 0; i < REGISTERS; i++) {
			uint64_t *to = &state[i], *from = &state[(i + 1) % REGISTERS];

			*to += *from;
			*to = *to << (i + 1) | *to >> (63 - i);
			*from ^= *to;
		}
	}
}

static int64_t now_ns(unsigned cpu)
{
	struct timespec now;

	if (call(SYS_clock_gettime, CLOCK_MONOTONIC, (long)&now, 0, 0, 0, 0) != 0)
		fail("clock_gettime failed", cpu);
	return now.tv_sec * 1000000000 + now.tv_nsec;
}

// Touches pages that were never there: one page fault each.
static void fault_in_fresh_pages(unsigned cpu)
{
	long map = call(SYS_mmap, 0, FRESH_PAGES * PAGE, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (map < 0)
		fail("mmap failed", cpu);
	for (int i = 0; i < FRESH_PAGES; i++) {
		volatile uint64_t *page = (volatile uint64_t *)(map + i * PAGE);

		if (*page != 0)
			fail("a fresh page is not zero", cpu);
		// Linux maps its zero page at the read and faults again here; counted once.
		*page = cpu + 1;
		faults++;
		if (*page != cpu + 1)
			fail("a page lost what was written", cpu);
	}
	if (call(SYS_munmap, map, FRESH_PAGES * PAGE, 0, 0, 0, 0) != 0)
		fail("munmap failed", cpu);
}

static void compute(unsigned cpu)
{
	uint64_t state[REGISTERS], again[REGISTERS];

	for (unsigned i = 0; i < REGISTERS; i++)
		state[i] = again[i] = (i + 1) * 0x9e3779b97f4a7c15 ^ cpu;
	int64_t last = now_ns(cpu);

	for (int ticks = 0;
	     ticks < NEED_TICKS + SPARE_TICKS || faults < NEED_FAULTS || calls < NEED_CALLS;) {
		mix(state, ROUNDS);
		mix_again(again, ROUNDS);
		if (memcmp(state, again, sizeof(state)) != 0)
			fail("a register was changed", cpu);
		if (faults < NEED_FAULTS)
			fault_in_fresh_pages(cpu);
		int64_t now = now_ns(cpu);

		if (now < last)
			fail("the clock went back", cpu);
		if (now - last >= TICK_NS) {
			last = now;
			ticks++;
		}
	}
}

static void check_cpu(unsigned cpu)
{
	unsigned here = ~0u;

	if (call(SYS_getcpu, (long)&here, 0, 0, 0, 0, 0) != 0 || here != cpu)
		fail("getcpu tells another CPU", cpu);
}

static _Noreturn void child(unsigned cpu)
{
	uint64_t mask[CPUS_MAX / 64] = {0};
	char line[128];
	long pid;

	mask[cpu / 64] = 1ul << cpu % 64;
	if (call(SYS_sched_setaffinity, 0, sizeof(mask), (long)mask, 0, 0, 0) != 0)
		fail("sched_setaffinity failed", cpu);
	check_cpu(cpu);
	pid = call(SYS_getpid, 0, 0, 0, 0, 0, 0);
	snprintf(line, sizeof(line), "Hello from userspace! cpu=%u pid=%ld\n", cpu, pid);
	say(line);
	compute(cpu);
	check_cpu(cpu);
	// The write itself is one more call.
	snprintf(line, sizeof(line), "counts cpu=%u pid=%ld calls>=%lu faults>=%lu timer>=%d\n",
		 cpu, pid, calls + 1, faults, NEED_TICKS);
	say(line);
	for (;;)
		call(SYS_exit_group, 40 + cpu % 64, 0, 0, 0, 0, 0);
}

static int start_child(unsigned cpu)
{
	long pid = call(SYS_fork, 0, 0, 0, 0, 0, 0);

	if (pid == 0) {
		calls = 0;
		child(cpu);
	}
	if (pid < 0)
		printf("smoke: cpu=%u: fork failed: %ld\n", cpu, pid);
	return (int)pid;
}

static int cpu_of(const int *pids, int pid)
{
	for (int cpu = 0; cpu < CPUS_MAX; cpu++)
		if (pids[cpu] == pid)
			return cpu;
	return -1;
}

// Reaps `count` children; returns how many of them ended as they should.
static int collect(const int *pids, int count)
{
	int right = 0;

	while (count-- > 0) {
		int status, pid = wait4(-1, &status, 0, NULL), cpu = cpu_of(pids, pid);

		if (pid > 0 && cpu >= 0 && WIFEXITED(status) &&
		    WEXITSTATUS(status) == 40 + cpu % 64)
			right++;
		else
			printf("smoke: pid=%d cpu=%d ended with wait status %#x\n", pid, cpu,
			       status);
	}
	return right;
}

int main(void)
{
	static int pids[CPUS_MAX];
	uint64_t mask[CPUS_MAX / 64] = {0};
	int cpus = 0, started = 0;
	long size = call(SYS_sched_getaffinity, 0, sizeof(mask), (long)mask, 0, 0, 0);

	if (size <= 0) {
		printf("smoke: sched_getaffinity failed: %ld\n", size);
		return 1;
	}
	for (unsigned cpu = 0; cpu < CPUS_MAX; cpu++) {
		if (!(mask[cpu / 64] >> cpu % 64 & 1))
			continue;
		cpus++;
		pids[cpu] = start_child(cpu);
		started += pids[cpu] > 0;
	}
	int right = collect(pids, started);

	printf("smoke: %d of %d CPUs said hello\n", right, cpus);
	return right == cpus ? 0 : 1;
}
