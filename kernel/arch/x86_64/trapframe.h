/* The registers of a thread, as every entry into the kernel leaves them at the frame slot. */
#pragma once

#include "arch/x86_64/layout.h"
#include "lib/base.h"

/* `vector` of a frame that did not come from an exception or interrupt. */
#define VECTOR_SYSCALL 0x100 /* SYSCALL: may leave by SYSRET while unchanged */
#define VECTOR_NONE    0x101 /* made or changed by the kernel: leaves by IRET */

struct trapframe {
	uint64_t r15, r14, r13, r12, rbp, rbx, r11, r10;
	uint64_t r9, r8, rax, rcx, rdx, rsi, rdi;
	uint64_t vector;
	uint64_t error; /* error code; for SYSCALL the call's number (Linux' orig_rax) */
	uint64_t rip, cs, rflags, rsp, ss;
};

_Static_assert(sizeof(struct trapframe) % 16 == 0, "the frame slot must keep the stack aligned");

static inline bool frame_from_user(const struct trapframe *tf)
{
	return (tf->cs & 3) == 3;
}
