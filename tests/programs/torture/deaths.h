// Part of torture.c: instructions that end the program, each by its signal.
#pragma once

#include "cases.h"

// A case of one line of assembly. When it comes back it was survived.
#define DEATH(name, text, ends)                                                                \
	static int name(void *arg)                                                             \
	{                                                                                      \
		(void)arg;                                                                     \
		__asm__ volatile(text ::: "memory", "rax", "rbx", "rcx", "rdx", "rsi", "rdi"); \
		return 0;                                                                      \
	}                                                                                      \
	static const struct test test_##name = {#name, name, NULL, ends};

#define ILL  DIES(SIGILL)
#define SEGV DIES(SIGSEGV)
#define TRAP DIES(SIGTRAP)
#define FPE  DIES(SIGFPE)
#define BUS  DIES(SIGBUS)

DEATH(ud2, "ud2", ILL)
DEATH(push_es, ".byte 0x06", ILL)
DEATH(into, ".byte 0xce", ILL)
DEATH(rsm, "rsm", ILL)
DEATH(mov_to_cs, "xor %%eax, %%eax; mov %%eax, %%eax; .byte 0x8e, 0xc8", ILL)
DEATH(lock_mov, ".byte 0xf0, 0x89, 0xc0", ILL | SURVIVES_TCG)
DEATH(too_long, ".fill 15, 1, 0x66; nop", SEGV)
DEATH(divide_by_zero, "xor %%edx, %%edx; xor %%ecx, %%ecx; mov $1, %%eax; div %%ecx", FPE)
DEATH(divide_overflow, "mov $1, %%edx; xor %%eax, %%eax; mov $1, %%ecx; div %%ecx", FPE)
DEATH(signed_overflow, "mov $1, %%eax; shl $63, %%rax; cqto; mov $-1, %%rcx; idiv %%rcx", FPE)

DEATH(breakpoint, "int3", TRAP)
DEATH(int_3, ".byte 0xcd, 3", TRAP)
DEATH(int_0, "int $0", SEGV)
DEATH(int_1, "int $1", SEGV)
DEATH(int_2, "int $2", SEGV)
DEATH(int_4, "int $4", SEGV)
DEATH(int_8, "int $8", SEGV)
DEATH(int_13, "int $13", SEGV)
DEATH(int_14, "int $14", SEGV)
DEATH(int_18, "int $18", SEGV)
DEATH(int_32, "int $32", SEGV)
DEATH(int_239, "int $239", SEGV)
DEATH(int_255, "int $255", SEGV)
// Linux may have its 32-bit calls here: then an unknown one comes back.
DEATH(int_128, "mov $-1, %%eax; int $128", SURVIVES | SEGV)

DEATH(hlt, "hlt", SEGV)
DEATH(cli, "cli", SEGV)
DEATH(sti, "sti", SEGV)
DEATH(in_byte, "in $0x80, %%al", SEGV)
DEATH(in_dx, "mov $0x3fd, %%edx; in %%dx, %%al", SEGV)
DEATH(out_byte, "out %%al, $0x80", SEGV)
DEATH(out_dx, "mov $0xf4, %%edx; out %%eax, %%dx", SEGV)
DEATH(out_string, "mov %%rsp, %%rsi; mov $0xe9, %%edx; mov $1, %%ecx; rep outsb", SEGV)
DEATH(rdmsr, "mov $0xc0000080, %%ecx; rdmsr", SEGV)
DEATH(wrmsr, "mov $0xc0000101, %%ecx; xor %%eax, %%eax; xor %%edx, %%edx; wrmsr", SEGV)
DEATH(read_cr0, "mov %%cr0, %%rax", SEGV)
DEATH(write_cr0, "mov $0x80000011, %%eax; mov %%rax, %%cr0", SEGV)
DEATH(read_cr2, "mov %%cr2, %%rax", SEGV)
DEATH(write_cr3, "xor %%eax, %%eax; mov %%rax, %%cr3", SEGV)
DEATH(write_cr4, "xor %%eax, %%eax; mov %%rax, %%cr4", SEGV)
DEATH(write_cr8, "xor %%eax, %%eax; mov %%rax, %%cr8", SEGV)
DEATH(read_dr7, "mov %%dr7, %%rax", SEGV)
DEATH(write_dr7, "mov $0x400, %%eax; mov %%rax, %%dr7", SEGV)
DEATH(clts, "clts", SEGV)
DEATH(lmsw, "mov $1, %%eax; lmsw %%ax", SEGV)
DEATH(lgdt, "sub $16, %%rsp; lgdt (%%rsp)", SEGV)
DEATH(lidt, "sub $16, %%rsp; lidt (%%rsp)", SEGV)
DEATH(lldt, "xor %%eax, %%eax; lldt %%ax", SEGV)
DEATH(ltr, "mov $0x40, %%eax; ltr %%ax", SEGV)
DEATH(invlpg, "invlpg (%%rsp)", SEGV)
DEATH(invd, "invd", SEGV)
DEATH(wbinvd, "wbinvd", SEGV)
DEATH(swapgs, "swapgs", SEGV)
DEATH(sysret, "sysretq", SEGV)
DEATH(sysexit, "sysexit", SEGV | ILL) // AMD has none in long mode
// Without XSAVE in CR4 it does not exist.
DEATH(xsetbv, "xor %%ecx, %%ecx; xor %%edx, %%edx; mov $1, %%eax; xsetbv", SEGV | ILL)
// What follows differs between Linux's configurations; it must not come back as nothing.
DEATH(sysenter, "mov $-1, %%eax; mov %%rsp, %%rcx; lea 1f(%%rip), %%rdx; sysenter; 1: ud2",
      DIES_ANY)

DEATH(aligned_move, "lea 1(%%rsp), %%rax; and $-16, %%rax; inc %%rax; movaps (%%rax), %%xmm0", SEGV)
DEATH(alignment_check,
      "pushfq; orl $0x40000, (%%rsp); popfq; mov 1(%%rsp), %%rax; pushfq; andl $~0x40000, (%%rsp); "
      "popfq",
      BUS | SURVIVES_TCG)
DEATH(x87_error,
      "fninit; pushq $0x37b; fldcw (%%rsp); pop %%rax; fld1; fldz; fdivrp; fwait; fninit", FPE)
DEATH(sse_error,
      "pushq $0x1d80; ldmxcsr (%%rsp); pop %%rax; xorps %%xmm0, %%xmm0; pcmpeqd %%xmm1, %%xmm1; "
      "psrld $31, %%xmm1; cvtdq2ps %%xmm1, %%xmm1; divps %%xmm0, %%xmm1",
      FPE | SURVIVES_TCG)
DEATH(bad_mxcsr, "pushq $-1; ldmxcsr (%%rsp); pop %%rax", SEGV | SURVIVES_TCG)

#define SET_TF "pushfq; orl $0x100, (%%rsp); popfq;"
DEATH(step, SET_TF "nop; nop", TRAP)
DEATH(step_call, "mov $39, %%eax;" SET_TF "syscall; nop; nop", TRAP)
DEATH(step_bad_call, "mov $1000, %%eax;" SET_TF "syscall; nop; nop", TRAP)
DEATH(step_yield, "mov $24, %%eax;" SET_TF "syscall; nop; nop", TRAP)
DEATH(step_fault, "lea -0x20000(%%rsp), %%rbx;" SET_TF "movb $1, (%%rbx); nop; nop", TRAP)
DEATH(step_mov_ss, "mov %%ss, %%eax; mov $39, %%ebx;" SET_TF "mov %%eax, %%ss; nop; nop; nop", TRAP)
DEATH(step_mov_ss_call,
      "mov %%ss, %%ebx; mov $39, %%eax;" SET_TF "mov %%ebx, %%ss; syscall; nop; nop", TRAP)
DEATH(mov_ss_int3, "mov %%ss, %%eax; mov %%eax, %%ss; int3", TRAP)

static void death_cases(void)
{
	static const struct test *const tests[] = {
		&test_ud2,
		&test_push_es,
		&test_into,
		&test_rsm,
		&test_mov_to_cs,
		&test_lock_mov,
		&test_too_long,
		&test_divide_by_zero,
		&test_divide_overflow,
		&test_signed_overflow,
		&test_breakpoint,
		&test_int_3,
		&test_int_0,
		&test_int_1,
		&test_int_2,
		&test_int_4,
		&test_int_8,
		&test_int_13,
		&test_int_14,
		&test_int_18,
		&test_int_32,
		&test_int_239,
		&test_int_255,
		&test_int_128,
		&test_hlt,
		&test_cli,
		&test_sti,
		&test_in_byte,
		&test_in_dx,
		&test_out_byte,
		&test_out_dx,
		&test_out_string,
		&test_rdmsr,
		&test_wrmsr,
		&test_read_cr0,
		&test_write_cr0,
		&test_read_cr2,
		&test_write_cr3,
		&test_write_cr4,
		&test_write_cr8,
		&test_read_dr7,
		&test_write_dr7,
		&test_clts,
		&test_lmsw,
		&test_lgdt,
		&test_lidt,
		&test_lldt,
		&test_ltr,
		&test_invlpg,
		&test_invd,
		&test_wbinvd,
		&test_swapgs,
		&test_sysret,
		&test_sysexit,
		&test_xsetbv,
		&test_sysenter,
		&test_aligned_move,
		&test_alignment_check,
		&test_x87_error,
		&test_sse_error,
		&test_bad_mxcsr,
		&test_step,
		&test_step_call,
		&test_step_bad_call,
		&test_step_yield,
		&test_step_fault,
		&test_step_mov_ss,
		&test_step_mov_ss_call,
		&test_mov_ss_int3,
	};

	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		run_case(tests[i]);
}
