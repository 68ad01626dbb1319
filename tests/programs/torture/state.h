// Part of torture.c: all of a ring-3 program's registers, loaded, taken through an entry into the
// kernel, and stored again.
#pragma once

#include "cases.h"

#include <stddef.h>

enum { RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI, R8, R9, R10, R11, R12, R13, R14, R15, GPRS };

#define FLAG_ARITH  0x8d5ul // CF PF AF ZF SF OF
#define FLAG_DF	    0x400ul
#define FLAG_TF	    0x100ul
#define FLAG_RF	    0x10000ul
#define FLAG_NT	    0x4000ul
#define FLAG_AC	    0x40000ul
#define FLAG_ID	    0x200000ul
#define FLAGS_FIXED 0x202ul // IF and the bit that is always set

struct state {
	uint64_t gpr[GPRS];
	uint64_t flags;
	uint64_t pad[7];
	// As XSAVE and FXSAVE lay it out.
	struct {
		uint16_t fcw, fsw, ftw, fop;
		uint64_t fip, fdp;
		uint32_t mxcsr, mxcsr_mask;
		uint8_t st[8][16];
		uint8_t xmm[16][16];
		uint8_t unused[96];
		uint64_t xstate_bv, xcomp_bv, reserved[6];
		uint8_t extended[8192 - 576];
	} fpu __attribute__((aligned(64)));
};
_Static_assert(offsetof(struct state, flags) == 128, "the assembly knows it");
_Static_assert(offsetof(struct state, fpu) == 192, "the assembly knows it");

__attribute__((aligned(64))) struct state state_in, state_out;
uint64_t state_xsave_mask; // components of XSAVE in use; 0 when there is none: FXSAVE
uint64_t state_stack;

// Where a fault is wanted. Absolute, so that no register is needed for the address.
#define FRESH 0x70000000ul

// Each of these loads state_in, acts, and stores state_out.
void act_nothing(void), act_syscall(void), act_write(void), act_read(void), act_spin(void),
	act_pause(void), act_copy(void), act_iret(void);
extern const char act_syscall_after[], act_iret_to[];

__asm__(".macro fpu xsave_insn, fxsave_insn, state\n"
	"	cmpq $0, state_xsave_mask(%rip)\n"
	"	je 1f\n"
	"	mov state_xsave_mask(%rip), %eax\n"
	"	mov state_xsave_mask+4(%rip), %edx\n"
	"	\\xsave_insn \\state+192(%rip)\n"
	"	jmp 2f\n"
	"1:	\\fxsave_insn \\state+192(%rip)\n"
	"2:\n"
	".endm\n"
	".macro gprs_load\n"
	"	mov state_in+0(%rip), %rax;    mov state_in+8(%rip), %rcx\n"
	"	mov state_in+16(%rip), %rdx;   mov state_in+24(%rip), %rbx\n"
	"	mov state_in+32(%rip), %rsp;   mov state_in+40(%rip), %rbp\n"
	"	mov state_in+48(%rip), %rsi;   mov state_in+56(%rip), %rdi\n"
	"	mov state_in+64(%rip), %r8;    mov state_in+72(%rip), %r9\n"
	"	mov state_in+80(%rip), %r10;   mov state_in+88(%rip), %r11\n"
	"	mov state_in+96(%rip), %r12;   mov state_in+104(%rip), %r13\n"
	"	mov state_in+112(%rip), %r14;  mov state_in+120(%rip), %r15\n"
	".endm\n"
	".macro gprs_store\n"
	"	mov %rax, state_out+0(%rip);   mov %rcx, state_out+8(%rip)\n"
	"	mov %rdx, state_out+16(%rip);  mov %rbx, state_out+24(%rip)\n"
	"	mov %rsp, state_out+32(%rip);  mov %rbp, state_out+40(%rip)\n"
	"	mov %rsi, state_out+48(%rip);  mov %rdi, state_out+56(%rip)\n"
	"	mov %r8, state_out+64(%rip);   mov %r9, state_out+72(%rip)\n"
	"	mov %r10, state_out+80(%rip);  mov %r11, state_out+88(%rip)\n"
	"	mov %r12, state_out+96(%rip);  mov %r13, state_out+104(%rip)\n"
	"	mov %r14, state_out+112(%rip); mov %r15, state_out+120(%rip)\n"
	".endm\n"
	// From the loaded stack pointer to the stored one nothing touches the stack.
	".macro begin name\n"
	"\\name:\n"
	"	push %rbx; push %rbp; push %r12; push %r13; push %r14; push %r15\n"
	"	mov %rsp, state_stack(%rip)\n"
	"	fpu xrstor64, fxrstor64, state_in\n"
	"	pushq state_in+128(%rip)\n"
	"	popfq\n"
	"	gprs_load\n"
	".endm\n"
	".macro end\n"
	"	gprs_store\n"
	"	mov state_stack(%rip), %rsp\n"
	"	pushfq\n"
	"	popq state_out+128(%rip)\n"
	"	pushq $0x202\n"
	"	popfq\n"
	"	fpu xsave64, fxsave64, state_out\n"
	"	fninit\n"
	"	pushq $0x1f80\n"
	"	ldmxcsr (%rsp)\n"
	"	pop %rax\n"
	"	pop %r15; pop %r14; pop %r13; pop %r12; pop %rbp; pop %rbx\n"
	"	ret\n"
	".endm\n"
	".text\n"
	"begin act_nothing\n"
	"	nop\n"
	"	end\n"
	"begin act_syscall\n"
	"	syscall\n"
	"act_syscall_after:\n"
	"	end\n"
	"begin act_write\n"
	"	movb $1, 0x70000000\n"
	"	end\n"
	"begin act_read\n"
	"	movb 0x70000000, %al\n"
	"	end\n"
	"begin act_spin\n"
	"1:	loop 1b\n"
	"	end\n"
	"begin act_pause\n"
	"1:	pause\n"
	"	loop 1b\n"
	"	end\n"
	"begin act_copy\n"
	"	rep movsb\n"
	"	end\n"
	// Sets RF by an IRET of ring 3's own; the instruction that it returns to faults.
	"begin act_iret\n"
	"	iretq\n"
	"act_iret_to:\n"
	"	movb $1, 0x70000000\n"
	"	end\n");

// The XSAVE components that the test fills: x87, SSE, AVX, AVX-512.
#define XSAVE_TESTED 0xe7ul

static void state_detect(void)
{
	unsigned a, b, c, d;

	__cpuid(1, a, b, c, d);
	if (c >> 27 & 1) { // OSXSAVE
		__asm__ volatile("xgetbv" : "=a"(a), "=d"(d) : "c"(0));
		state_xsave_mask = a & XSAVE_TESTED;
	}
}

// Size and place of an extended component in the XSAVE area.
static size_t component(unsigned number, size_t *offset)
{
	unsigned a, b, c, d;

	if (number < 2 || !(state_xsave_mask >> number & 1))
		return 0;
	__cpuid_count(0xd, number, a, b, c, d);
	*offset = b;
	return a;
}

static uint64_t next_random(uint64_t *seed)
{
	uint64_t z = *seed += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static void fill_random(void *at, size_t size, uint64_t *seed)
{
	for (size_t i = 0; i < size; i++)
		((uint8_t *)at)[i] = (uint8_t)next_random(seed);
}

static void fill_fpu(uint64_t *seed)
{
	uint64_t bits = next_random(seed);
	size_t offset;

	memset(&state_in.fpu, 0, sizeof(state_in.fpu));
	// All exceptions masked; precision and rounding, condition codes and the top are free.
	state_in.fpu.fcw = 0x37f | (bits & 0xc00);
	state_in.fpu.fsw = bits >> 16 & 0x7f00;
	state_in.fpu.ftw = 0xff;
	state_in.fpu.mxcsr = 0x1f80 | (bits >> 32 & 0xe03f);
	for (int i = 0; i < 8; i++)
		fill_random(state_in.fpu.st[i], 10, seed);
	fill_random(state_in.fpu.xmm, sizeof(state_in.fpu.xmm), seed);
	state_in.fpu.xstate_bv = state_xsave_mask;
	for (unsigned i = 2; i < 8; i++) {
		size_t size = component(i, &offset);

		fill_random((char *)&state_in.fpu + offset, size, seed);
	}
}

// Fills state_in with a pattern; the stack pointer is a valid one.
static void state_fill(uint64_t seed, uint64_t flags)
{
	static uint64_t small_stack[64];

	for (int i = 0; i < GPRS; i++)
		state_in.gpr[i] = next_random(&seed);
	state_in.gpr[RSP] = (uint64_t)&small_stack[32];
	state_in.flags = flags | FLAGS_FIXED;
	fill_fpu(&seed);
}

// Compares: 0, or 10 + register, 30 for flags, 31 x87, 32 MXCSR, 33 XMM, 34.. other components.
static int state_compare(const uint64_t want[GPRS])
{
	size_t offset = 0;

	for (int i = 0; i < GPRS; i++)
		if (state_out.gpr[i] != want[i])
			return 10 + i;
	if (state_out.flags != state_in.flags)
		return 30;
	if (state_out.fpu.fcw != state_in.fpu.fcw || state_out.fpu.fsw != state_in.fpu.fsw ||
	    state_out.fpu.ftw != state_in.fpu.ftw)
		return 31;
	for (int i = 0; i < 8; i++)
		if (memcmp(state_out.fpu.st[i], state_in.fpu.st[i], 10) != 0)
			return 31;
	if (state_out.fpu.mxcsr != state_in.fpu.mxcsr)
		return 32;
	if (memcmp(state_out.fpu.xmm, state_in.fpu.xmm, sizeof(state_in.fpu.xmm)) != 0)
		return 33;
	for (unsigned i = 2; i < 8; i++) {
		size_t size = component(i, &offset);

		if (memcmp((char *)&state_out.fpu + offset, (char *)&state_in.fpu + offset, size))
			return 34 + (int)i - 2;
	}
	return 0;
}
