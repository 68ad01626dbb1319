/*
 * The arguments of a system call: number 0 to 5 are RDI, RSI, RDX, R10, R8, R9 (System V ABI AMD64,
 * A.2.1). An int is the lower half of its register, whatever the upper half holds.
 */
#pragma once

#include "arch/x86_64/trapframe.h"
#include "lib/addr.h"

static inline uint64_t arg_u64(const struct trapframe *call, unsigned n)
{
	switch (n) {
	case 0:
		return call->rdi;
	case 1:
		return call->rsi;
	case 2:
		return call->rdx;
	case 3:
		return call->r10;
	case 4:
		return call->r8;
	default:
		return call->r9;
	}
}

static inline int arg_int(const struct trapframe *call, unsigned n)
{
	return (int)arg_u64(call, n);
}

static inline unsigned arg_uint(const struct trapframe *call, unsigned n)
{
	return (unsigned)arg_u64(call, n);
}

static inline uaddr_t arg_uaddr(const struct trapframe *call, unsigned n)
{
	return UADDR(arg_u64(call, n));
}
