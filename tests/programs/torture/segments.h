// Part of torture.c: segment selectors, and the program's own FS and GS bases.
//
// In these children FS is not the C library's: they make raw system calls only, and never return
// into it but by _exit.
#pragma once

#include "rivals.h"

struct segments {
	uint16_t ds, es, fs, gs;
	uint64_t fs_base, gs_base;
	enum base { BASE_NONE, BASE_BY_CALL, BASE_BY_INSN } bases;
};

static void segments_load(const struct segments *s)
{
	__asm__ volatile("mov %0, %%ds; mov %1, %%es; mov %2, %%fs; mov %3, %%gs"
			 :
			 : "r"(s->ds), "r"(s->es), "r"(s->fs), "r"(s->gs));
	if (s->bases == BASE_BY_CALL) {
		sys(SYS_arch_prctl, ARCH_SET_FS, s->fs_base);
		sys(SYS_arch_prctl, ARCH_SET_GS, s->gs_base);
	}
	if (s->bases == BASE_BY_INSN)
		__asm__ volatile(".byte 0xf3, 0x48, 0x0f, 0xae, 0xd0\n" // wrfsbase %rax
				 ".byte 0xf3, 0x48, 0x0f, 0xae, 0xd9"	// wrgsbase %rcx
				 :
				 : "a"(s->fs_base), "c"(s->gs_base));
}

// The bases as the CPU has them now, where ring 3 can ask it.
static bool bases_kept(const struct segments *s)
{
	uint64_t fs_base = 0, gs_base = 0;

	if (s->bases == BASE_BY_INSN) {
		__asm__ volatile(".byte 0xf3, 0x48, 0x0f, 0xae, 0xc0\n" // rdfsbase %rax
				 ".byte 0xf3, 0x48, 0x0f, 0xae, 0xc9"	// rdgsbase %rcx
				 : "=a"(fs_base), "=c"(gs_base));
		if (fs_base != s->fs_base || gs_base != s->gs_base)
			return false;
	}
	sys(SYS_arch_prctl, ARCH_GET_FS, &fs_base);
	sys(SYS_arch_prctl, ARCH_GET_GS, &gs_base);
	return fs_base == s->fs_base && gs_base == s->gs_base;
}

// An IRET may turn a null selector's RPL into 0 (SDM 2A, IRET: "segment register := NULL").
static bool selector_kept(uint16_t loaded, uint16_t found)
{
	return found == loaded || (loaded < 4 && found == 0);
}

// 0, or which of them changed: 1 DS, 2 ES, 3 FS, 4 GS, 5 a base.
static int segments_changed(const struct segments *s)
{
	uint16_t ds, es, fs, gs;

	__asm__ volatile("mov %%ds, %0; mov %%es, %1; mov %%fs, %2; mov %%gs, %3"
			 : "=r"(ds), "=r"(es), "=r"(fs), "=r"(gs));
	if (!selector_kept(s->ds, ds))
		return 1;
	if (!selector_kept(s->es, es))
		return 2;
	if (!selector_kept(s->fs, fs))
		return 3;
	if (!selector_kept(s->gs, gs))
		return 4;
	return s->bases != BASE_NONE && !bases_kept(s) ? 5 : 0;
}

// Keeps the segments through calls, faults, switches to a rival on the same CPU, and the timer.
static int segments_live(const struct segments *s)
{
	static volatile char touched[8 * PAGE];
	int64_t end = now_ns() + 20000000;
	int seen = 0;

	segments_load(s);
	for (unsigned i = 0; !seen && now_ns() < end; i++) {
		if (i < 8 && ++touched[i * PAGE] != 1)
			seen = 9;
		sys(SYS_sched_yield);
		seen = segments_changed(s);
		for (volatile int spin = 0; spin < 20000; spin++)
			;
		if (!seen)
			seen = segments_changed(s);
	}
	return seen;
}

static uint64_t words[2] = {0x1111, 0x2222};

static bool words_reachable(void)
{
	uint64_t by_fs, by_gs;

	__asm__ volatile("mov %%fs:0, %0; mov %%gs:0, %1" : "=r"(by_fs), "=r"(by_gs));
	return by_fs == words[0] && by_gs == words[1];
}

// A rival with other segments runs on the same CPU meanwhile; then a fork, whose child has the
// parent's.
static int segments_case(void *arg)
{
	const struct segments *s = arg;
	struct segments other = {0,	      0, 0, 0, (uint64_t)&words[1], (uint64_t)&words[0],
				 BASE_BY_CALL};
	int cpus[RIVAL_CPUS], status = 0, seen;

	cpus_usable(cpus);
	pin(cpus[0]);
	long rival = sys(SYS_fork);

	if (rival == 0)
		sys(SYS_exit, segments_live(&other));
	seen = segments_live(s);
	if (!seen && s->fs_base == (uint64_t)&words[0] && !words_reachable())
		seen = 6;
	sys(SYS_wait4, rival, &status, 0, NULL);
	if (status != 0)
		seen = 7;
	long child = sys(SYS_fork);

	if (child == 0)
		sys(SYS_exit, segments_changed(s));
	sys(SYS_wait4, child, &status, 0, NULL);
	return seen ? seen : status != 0 ? 8 : segments_changed(s);
}

static void segments_run(const char *name, struct segments s)
{
	run_case(&(struct test){name, segments_case, &s, SURVIVES});
}

static void base_cases(void)
{
	uint16_t ss = stack_selector();
	uint64_t fs = (uint64_t)&words[0], gs = (uint64_t)&words[1];
	const uint64_t high = 0xffff800012345678;

	segments_run("own bases, by call", (struct segments){0, 0, 0, 0, fs, gs, BASE_BY_CALL});
	segments_run("bases 0, by call", (struct segments){0, 0, 0, 0, 0, 0, BASE_BY_CALL});
	// Without the instructions only arch_prctl can do it, which is the case above.
	enum base how = has_fsgsbase() ? BASE_BY_INSN : BASE_BY_CALL;

	segments_run("own bases, by instruction", (struct segments){0, 0, 0, 0, fs, gs, how});
	segments_run("bases in the kernel",
		     (struct segments){0, 0, 0, 0, how == BASE_BY_INSN ? high : fs,
				       how == BASE_BY_INSN ? high + 1 : gs, how});
	segments_run("bases beside selectors",
		     how == BASE_BY_INSN ? (struct segments){ss, ss, ss, ss, fs, gs, how}
					 : (struct segments){ss, ss, 0, 0, fs, gs, how});
}

static void segment_cases(void)
{
	uint16_t ss = stack_selector(), cs = code_selector();

	segments_run("null selectors", (struct segments){.bases = BASE_NONE});
	segments_run("null selectors 1, 2, 3",
		     (struct segments){.ds = 1, .es = 2, .fs = 3, .gs = 3});
	segments_run("stack's selector in all",
		     (struct segments){.ds = ss, .es = ss, .fs = ss, .gs = ss});
	segments_run("code's selector in all",
		     (struct segments){.ds = cs, .es = cs, .fs = cs, .gs = cs});
	segments_run("all different", (struct segments){.ds = ss, .es = 0, .fs = cs, .gs = 0});
	base_cases();
}
