// The registers that a program starts with, after an exec: it has no start files of the C library.
// cflags: -nostartfiles -mno-red-zone
#include "say.h"

enum { STACK = 7, GPRS = 16 };

// As the first instruction finds them: RAX RBX RCX RDX RSI RDI RBP RSP R8..R15, flags, selectors.
uint64_t entry_gpr[GPRS], entry_flags;
uint16_t entry_ds, entry_es, entry_fs, entry_gs;
struct {
	uint16_t fcw, fsw;
	uint8_t ftw, pad[19];
	uint32_t mxcsr, mask;
	uint8_t st[8][16], xmm[16][16], rest[96];
} entry_fpu __attribute__((aligned(16)));

_Noreturn void entry_main(uint64_t *stack);

__asm__(".globl _start\n"
	"_start:\n"
	"	mov %rax, entry_gpr(%rip);     mov %rbx, entry_gpr+8(%rip)\n"
	"	mov %rcx, entry_gpr+16(%rip);  mov %rdx, entry_gpr+24(%rip)\n"
	"	mov %rsi, entry_gpr+32(%rip);  mov %rdi, entry_gpr+40(%rip)\n"
	"	mov %rbp, entry_gpr+48(%rip);  mov %rsp, entry_gpr+56(%rip)\n"
	"	mov %r8, entry_gpr+64(%rip);   mov %r9, entry_gpr+72(%rip)\n"
	"	mov %r10, entry_gpr+80(%rip);  mov %r11, entry_gpr+88(%rip)\n"
	"	mov %r12, entry_gpr+96(%rip);  mov %r13, entry_gpr+104(%rip)\n"
	"	mov %r14, entry_gpr+112(%rip); mov %r15, entry_gpr+120(%rip)\n"
	"	fxsave64 entry_fpu(%rip)\n"
	"	mov %ds, entry_ds(%rip); mov %es, entry_es(%rip)\n"
	"	mov %fs, entry_fs(%rip); mov %gs, entry_gs(%rip)\n"
	"	pushfq\n"
	"	pop entry_flags(%rip)\n"
	"	mov %rsp, %rdi\n"
	"	and $-16, %rsp\n"
	"	call entry_main\n");

// The C library is not started here, so this program has a `say` of its own.
static void tell(const char *what, bool holds)
{
	char line[128];
	size_t size = 0;

	for (; what[size]; size++)
		line[size] = what[size];
	for (const char *end = holds ? ": yes\n" : ": NO\n"; *end; end++)
		line[size++] = *end;
	sys(SYS_write, 1, line, size);
}

static uint64_t base_of(int code)
{
	uint64_t base = 1;

	sys(SYS_arch_prctl, code, &base);
	return base;
}

_Noreturn void entry_main(uint64_t *stack)
{
	bool zero = true, xmm_zero = true, st_zero = true;

	for (int i = 0; i < GPRS; i++)
		zero &= i == STACK || entry_gpr[i] == 0;
	for (int i = 0; i < 256; i++)
		xmm_zero &= entry_fpu.xmm[i / 16][i % 16] == 0;
	for (int i = 0; i < 128; i++)
		st_zero &= entry_fpu.st[i / 16][i % 16] == 0;
	tell("general registers are zero", zero);
	tell("the stack pointer is aligned", entry_gpr[STACK] % 16 == 0);
	tell("it points to the argument count", stack[0] >= 1 && stack[stack[0] + 1] == 0);
	tell("flags are plain", entry_flags == 0x202);
	tell("selectors are null", !entry_ds && !entry_es && !entry_fs && !entry_gs);
	tell("bases are zero", base_of(ARCH_GET_FS) == 0 && base_of(ARCH_GET_GS) == 0);
	tell("FCW, FSW and FTW are initial",
	     entry_fpu.fcw == 0x37f && entry_fpu.fsw == 0 && entry_fpu.ftw == 0);
	tell("MXCSR is initial", entry_fpu.mxcsr == 0x1f80);
	tell("x87 registers are zero", st_zero);
	tell("XMM registers are zero", xmm_zero);
	for (;;)
		sys(SYS_exit_group, 0);
}
