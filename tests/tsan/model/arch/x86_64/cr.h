/* In place of the kernel's arch/x86_64/cr.h: interrupts are off, as always in the kernel. */
#pragma once

#include "lib/base.h"

#define RFLAGS_IF 0x200

static inline uint64_t read_rflags(void)
{
	return 0;
}

static inline void cpu_relax(void)
{
}

static inline uintptr_t code_address(void)
{
	return (uintptr_t)__builtin_return_address(0);
}
