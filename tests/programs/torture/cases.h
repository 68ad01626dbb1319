// Part of torture.c: a case runs in a child and must end in one of the ways that it allows.
#pragma once

#include "../say.h"

#include <cpuid.h>
#include <signal.h>
#include <sys/auxv.h>

// Ways to end: a bit for each signal, and these.
#define DIES(sig)	(1ull << (sig))
#define DIES_ANY	(~(SURVIVES | SURVIVES_TCG))
#define SURVIVES	(1ull << 0)
#define SURVIVES_TCG	(1ull << 63) // QEMU's translator lacks the check; physical machines have it
#define HWCAP2_FSGSBASE 2

struct test {
	const char *name;
	int (*run)(void *arg); // 0 when all is well; other values say what was seen
	void *arg;
	unsigned long long ends;
};

static int cases_ok, cases_wrong;

static bool on_tcg(void)
{
	unsigned a, b, c, d;

	__cpuid(1, a, b, c, d);
	if (!(c >> 31))
		return false;
	__cpuid(0x40000000, a, b, c, d);
	return b == 0x54474354 && c == 0x43544743 && d == 0x47435447; // "TCGTCGTCGTCG"
}

// QEMU's translator reads the stack of ring 3's own IRET and far RET with the kernel's rights,
// which SMAP denies: the program then dies of a page fault that no physical machine has.
static bool far_returns_fail(void)
{
	unsigned a, b, c, d;

	__cpuid_count(7, 0, a, b, c, d);
	return on_tcg() && (b >> 20 & 1);
}

static bool has_fsgsbase(void)
{
	return getauxval(AT_HWCAP2) & HWCAP2_FSGSBASE;
}

static uint16_t stack_selector(void)
{
	uint16_t ss;

	__asm__("mov %%ss, %0" : "=r"(ss));
	return ss;
}

static uint16_t code_selector(void)
{
	uint16_t cs;

	__asm__("mov %%cs, %0" : "=r"(cs));
	return cs;
}

static bool allowed(unsigned long long ends, int status)
{
	if (WIFSIGNALED(status))
		return ends >> WTERMSIG(status) & 1;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return false;
	return (ends & SURVIVES) || ((ends & SURVIVES_TCG) && on_tcg());
}

static void judge(const char *name, unsigned long long ends, int status)
{
	bool ok = allowed(ends, status);

	*(ok ? &cases_ok : &cases_wrong) += 1;
	if (ok)
		say("case %s: ok\n", name);
	else
		say("case %s: WRONG %s\n", name, status_name(status));
}

static void run_case(const struct test *test)
{
	judge(test->name, test->ends, status_of(test->run, test->arg));
}

#define RUN_ALL(tests)                                                             \
	do {                                                                       \
		for (size_t i_ = 0; i_ < sizeof(tests) / sizeof((tests)[0]); i_++) \
			run_case(&(tests)[i_]);                                    \
	} while (0)
