/*
 * In place of the kernel's arch/x86_64/cr.h: interrupts are off, as always in the kernel, and what
 * the TLB code tells the CPU goes to the model.
 */
#pragma once

#include "lib/base.h"

#define RFLAGS_IF   (1UL << 9)
#define CR4_PCIDE   (1UL << 17)
#define CR3_NOFLUSH (1UL << 63)

#define INVPCID_ALL_GLOBAL 2

uint64_t read_cr4(void);
void write_cr4(uint64_t value);
void write_cr3(uint64_t value);
void invlpg(uint64_t addr);
void invpcid(uint64_t type, uint64_t pcid, uint64_t addr);
void tlb_flush_everything(void);

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
