/* Instructions that must go wrong: for tests of the fault reports. */
#pragma once

#include "lib/base.h"

static inline void crash_read(uintptr_t address)
{
	uint8_t byte;

	__asm__ volatile("movb (%1), %0" : "=q"(byte) : "r"(address) : "memory");
}

static inline void crash_write(uintptr_t address)
{
	__asm__ volatile("movb $0, (%0)" : : "r"(address) : "memory");
}

static inline void crash_call(uintptr_t address)
{
	__asm__ volatile("jmp *%0" : : "r"(address) : "memory");
}

static inline void crash_invalid_opcode(void)
{
	__asm__ volatile("ud2");
}

static inline void crash_breakpoint(void)
{
	__asm__ volatile("int3");
}

static inline void crash_divide(void)
{
	__asm__ volatile("xor %%edx, %%edx\n\tdiv %%edx" : : : "rax", "rdx", "cc");
}

/* Fill the stack that ends at `top` downward, and go on below it. */
static inline __noreturn void crash_overflow(uintptr_t top)
{
	__asm__ volatile("mov %0, %%rsp\n1:\tpush $0\n\tjmp 1b" : : "r"(top) : "memory");
	__builtin_unreachable();
}
