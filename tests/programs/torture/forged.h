// Part of torture.c: forged addresses, frames, selectors and flags.
#pragma once

#include "deaths.h"
#include "state.h"

#define KERNEL_WINDOW 0xffffc90000000000ul

// What is done with an address.
static int read_it(void *at)
{
	return *(volatile char *)at & 0;
}

static int write_it(void *at)
{
	*(volatile char *)at = 1;
	return 0;
}

static int jump_to(void *at)
{
	__asm__ volatile("jmp *%0" ::"r"(at));
	__builtin_unreachable();
}

static int return_to(void *at)
{
	__asm__ volatile("push %0; ret" ::"r"(at));
	__builtin_unreachable();
}

static int push_at(void *at)
{
	__asm__ volatile("mov %0, %%rsp; push %%rax; ud2" ::"r"(at));
	__builtin_unreachable();
}

static int call_at(void *at)
{
	__asm__ volatile("mov %0, %%rsp; call 1f; 1: ud2" ::"r"(at));
	__builtin_unreachable();
}

// Relative to RBP the stack segment is used, whose fault is another one.
static int read_by_rbp(void *at)
{
	__asm__ volatile("mov %0, %%rbp; mov (%%rbp), %%rax; ud2" ::"r"(at));
	__builtin_unreachable();
}

static const struct {
	const char *name;
	unsigned long at;
} places[] = {
	{"NULL", 0},
	{"page 0", 8},
	// By a push too: the stack may end where user space does.
	{"beyond user space", USER_END + 8},
	{"hole", NON_CANONICAL},
	{"hole's end", 0xffff7fffffffffff},
	{"direct map", KERNEL_DIRECT},
	{"first window", KERNEL_WINDOW},
	{"kernel image", KERNEL_ADDR},
	{"top", -PAGE},
	{"last byte", -1ul},
};

static void place_cases(void)
{
	static const struct {
		const char *name;
		int (*run)(void *at);
		unsigned long long ends;
	} uses[] = {
		{"read", read_it, SEGV},
		{"write", write_it, SEGV},
		{"jump to", jump_to, SEGV},
		{"return to", return_to, SEGV},
		{"push at", push_at, SEGV | BUS},
		{"call at", call_at, SEGV | BUS},
		{"RBP at", read_by_rbp, SEGV | BUS},
	};
	char name[64];

	for (size_t u = 0; u < sizeof(uses) / sizeof(uses[0]); u++) {
		for (size_t p = 0; p < sizeof(places) / sizeof(places[0]); p++) {
			snprintf(name, sizeof(name), "%s %s", uses[u].name, places[p].name);
			run_case(&(struct test){name, uses[u].run, (void *)places[p].at,
						uses[u].ends});
		}
	}
}

// System calls given addresses that are not the program's to give.
static int pointer_calls(void *at)
{
	if (sys(SYS_write, 1, at, 16) != -EFAULT)
		return 1;
	if (sys(SYS_clock_gettime, 1, at) != -EFAULT)
		return 2;
	if (sys(SYS_nanosleep, at, NULL) != -EFAULT)
		return 3;
	if (sys(SYS_uname, at) != -EFAULT)
		return 4;
	if (sys(SYS_arch_prctl, ARCH_GET_FS, at) != -EFAULT)
		return 5;
	if (sys(SYS_sched_setaffinity, 0, 8, at) != -EFAULT)
		return 6;
	if (sys(SYS_writev, 1, at, 1) != -EFAULT)
		return 7;
	return sys(SYS_execve, at, NULL, NULL) == -EFAULT ? 0 : 8;
}

static void pointer_cases(void)
{
	char name[64];

	for (size_t p = 0; p < sizeof(places) / sizeof(places[0]); p++) {
		snprintf(name, sizeof(name), "calls with pointer %s", places[p].name);
		run_case(&(struct test){name, pointer_calls, (void *)places[p].at, SURVIVES});
	}
}

static int overflow_stack(void *arg)
{
	(void)arg;
	__asm__ volatile("1: push %rax; jmp 1b");
	__builtin_unreachable();
}

// Maps the last page of user space and makes a system call by its last two bytes, so that the
// address to return to is the first one beyond. The page may hold the stack: all is done without.
static int call_at_the_end(void *arg)
{
	static char stack[PAGE];

	(void)arg;
	__asm__ volatile("mov %0, %%rsp\n"
			 "mov $9, %%eax; mov %1, %%rdi; mov $4096, %%esi; mov $7, %%edx\n"
			 "mov $0x32, %%r10d; mov $-1, %%r8; xor %%r9d, %%r9d\n"
			 "mov %1, %%r12\n"
			 "syscall\n"
			 "cmp %%rax, %%r12\n"
			 "jne 1f\n"
			 "movw $0x050f, 4094(%%r12)\n" // syscall
			 "mov $39, %%eax\n"
			 "add $4094, %%r12\n"
			 "jmp *%%r12\n"
			 "1: ud2"
			 :
			 : "r"(stack + PAGE), "r"(USER_END - PAGE)
			 : "rax", "rdi", "rsi", "rdx", "r10", "r8", "r9", "r12");
	__builtin_unreachable();
}

static int read_over_end(void *arg)
{
	(void)arg;
	return *(volatile uint64_t *)(USER_END - 4) & 0;
}

// Data over the end of a page whose next is not there.
static int read_over_edge(void *arg)
{
	char *edge;

	(void)arg;
	pages_before_edge(1, &edge);
	return *(volatile uint64_t *)(edge - 4) & 0;
}

static int run_over_edge(void *arg)
{
	char *edge, *page = pages_before_edge(1, &edge);

	(void)arg;
	edge[-2] = 0x0f;
	edge[-1] = 0x05;
	mprotect(page, PAGE, PROT_READ | PROT_EXEC);
	__asm__ volatile("jmp *%0" ::"r"(edge - 2), "a"(SYS_getpid));
	__builtin_unreachable();
}

// --- frames of ring 3's own making ---------------------------------------------------------------

struct frame {
	uint64_t rip, cs, flags, rsp, ss;
};

void landing(void);
__asm__(".text; landing: mov $231, %eax; xor %edi, %edi; syscall"); // exit_group(0)

static int iret(struct frame *frame, uint64_t flags)
{
	__asm__ volatile("push %1; popfq; mov %0, %%rsp; iretq" ::"r"(frame), "r"(flags)
			 : "memory");
	__builtin_unreachable();
}

static int iret_case(void *arg)
{
	struct frame frame = {(uint64_t)landing, code_selector(), FLAGS_FIXED, (uint64_t)&frame,
			      stack_selector()};
	uint64_t flags = FLAGS_FIXED;

	switch ((uintptr_t)arg) {
	case 0: // all as it should be
		break;
	case 1:
		frame.rip = NON_CANONICAL;
		break;
	case 2:
		frame.rip = KERNEL_ADDR;
		break;
	case 3: // ring 0's code segment
		frame.cs = 0x10;
		frame.ss = 0x18;
		break;
	case 4: // null
		frame.cs = 0;
		break;
	case 5: // beyond the table
		frame.cs = 0xfffb;
		break;
	case 6:
		flags |= FLAG_NT;
		break;
	case 7:
		frame.flags |= FLAG_TF;
		break;
	case 8: // IOPL 3, virtual 8086 mode and the virtual interrupt flags are ring 0's
		frame.flags |= 0x3000 | 0x1a0000;
		break;
	case 9:
		frame.ss = 0;
		break;
	case 10:
		frame.rsp = NON_CANONICAL;
		break;
	}
	return iret(&frame, flags);
}

static void frame_cases(void)
{
	static const struct {
		const char *name;
		unsigned long long ends;
	} frames[] = {
		{"iret", SURVIVES},
		{"iret to a non-canonical RIP", SEGV},
		{"iret to a kernel RIP", SEGV},
		{"iret to ring 0's segments", SEGV},
		{"iret to a null CS", SEGV},
		{"iret to a CS beyond the table", SEGV},
		{"iret with NT", SEGV},
		{"iret with TF", TRAP},
		{"iret with IOPL and VM", SURVIVES},
		{"iret to a null SS", SEGV},
		{"iret with a non-canonical RSP", SURVIVES},
	};
	unsigned long long fail = far_returns_fail() ? DIES_ANY : 0;

	for (size_t i = 0; i < sizeof(frames) / sizeof(frames[0]); i++)
		run_case(&(struct test){frames[i].name, iret_case, (void *)i,
					frames[i].ends | fail});
}

// --- selectors and flags -------------------------------------------------------------------------

static int load_ds(void *selector)
{
	__asm__ volatile("mov %0, %%ds" ::"r"((uint32_t)(uintptr_t)selector));
	return 0;
}

static int load_es(void *selector)
{
	__asm__ volatile("mov %0, %%es" ::"r"((uint32_t)(uintptr_t)selector));
	return 0;
}

static int load_fs(void *selector)
{
	__asm__ volatile("mov %0, %%fs" ::"r"((uint32_t)(uintptr_t)selector));
	return 0;
}

static int load_gs(void *selector)
{
	__asm__ volatile("mov %0, %%gs" ::"r"((uint32_t)(uintptr_t)selector));
	return 0;
}

static int load_ss(void *selector)
{
	__asm__ volatile("mov %0, %%ss" ::"r"((uint32_t)(uintptr_t)selector));
	return 0;
}

static void selector_cases(void)
{
	static const struct {
		const char *name;
		int (*run)(void *selector);
	} loads[] = {{"DS", load_ds},
		     {"ES", load_es},
		     {"FS", load_fs},
		     {"GS", load_gs},
		     {"SS", load_ss}};
	// Ring 0's own, one beyond the table, two of the local table that there is not.
	static const uint16_t bad[] = {0x10, 0xfff8, 0xffff, 0x4, 0xf};
	char name[64];

	for (size_t l = 0; l < sizeof(loads) / sizeof(loads[0]); l++) {
		for (size_t s = 0; s < sizeof(bad) / sizeof(bad[0]); s++) {
			snprintf(name, sizeof(name), "%s = %#x", loads[l].name, bad[s]);
			run_case(&(struct test){name, loads[l].run, (void *)(uintptr_t)bad[s],
						SEGV});
		}
	}
	run_case(&(struct test){"SS = 0", load_ss, (void *)0, SEGV});
	run_case(&(struct test){"SS = 3", load_ss, (void *)3, SEGV});
}

// Ring 3's POPF leaves the flags that are not its own.
static int popf_flags(void *arg)
{
	uint64_t flags;

	__asm__ volatile("push %1; popfq; pushfq; pop %0; push $0x202; popfq"
			 : "=r"(flags)
			 : "r"(arg));
	return flags == FLAGS_FIXED ? 0 : 1;
}

static int far_return(void *selector)
{
	__asm__ volatile("push %0; lea landing(%%rip), %%rax; push %%rax; lretq" ::"r"(selector)
			 : "rax");
	__builtin_unreachable();
}

static int far_jump(void *selector)
{
	struct {
		uint32_t offset;
		uint16_t selector;
	} to = {(uint32_t)(uintptr_t)landing, (uint16_t)(uintptr_t)selector};

	__asm__ volatile("ljmpl *%0" ::"m"(to));
	__builtin_unreachable();
}

static int bad_base(void *arg)
{
	(void)arg;
	__asm__ volatile(".byte 0xf3, 0x48, 0x0f, 0xae, 0xd8" ::"a"(NON_CANONICAL)); // wrgsbase
	return 0;
}

// An XSAVE header with bits that must be zero.
static int bad_xrstor(void *arg)
{
	(void)arg;
	if (!state_xsave_mask)
		__asm__ volatile("ud2");
	state_in.fpu.xstate_bv = 1ull << 62;
	memset(state_in.fpu.reserved, 0xff, sizeof(state_in.fpu.reserved));
	__asm__ volatile("xrstor64 %0" ::"m"(state_in.fpu), "a"(7), "d"(0));
	return 0;
}

static void forged_cases(void)
{
	const struct test tests[] = {
		{"stack overflow", overflow_stack, NULL, SEGV},
		{"system call at the end of user space", call_at_the_end, NULL, SEGV},
		{"read over the edge of a mapping", read_over_edge, NULL, SEGV},
		{"system call at the edge of a mapping", run_over_edge, NULL, SEGV},
		{"read over the end of user space", read_over_end, NULL, SEGV},
		{"popf with IOPL 3", popf_flags, (void *)0x3202, SURVIVES},
		{"popf without IF", popf_flags, (void *)0x2, SURVIVES},
		{"popf with VM, VIF and RF", popf_flags, (void *)0xb0202, SURVIVES},
		{"far return to ring 0", far_return, (void *)0x10,
		 SEGV | (far_returns_fail() ? DIES_ANY : 0)},
		{"far return to null", far_return, NULL,
		 SEGV | (far_returns_fail() ? DIES_ANY : 0)},
		{"far jump to ring 0", far_jump, (void *)0x10, SEGV},
		{"far jump to null", far_jump, NULL, SEGV},
		{"non-canonical GS base", bad_base, NULL,
		 has_fsgsbase() ? SEGV | SURVIVES_TCG : ILL},
		{"malformed XRSTOR", bad_xrstor, NULL, state_xsave_mask ? SEGV : ILL},
	};

	place_cases();
	pointer_cases();
	RUN_ALL(tests);
	frame_cases();
	selector_cases();
}
