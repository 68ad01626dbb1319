/*
 * The bases of FS and GS, which ring 3 owns outright: the kernel uses neither. With CR4.FSGSBASE
 * ring 3 changes them without a call, so the CPU holds the truth while the thread is loaded
 * (SDM 3A 3.4.4.1, SDM 2B RDFSBASE).
 */
#pragma once

#include "arch/x86_64/cpuid.h"
#include "arch/x86_64/msr.h"

static inline uint64_t fsbase_read(void)
{
	uint64_t base;

	if (!cpu_features.fsgsbase)
		return rdmsr(MSR_FS_BASE);
	__asm__ volatile("rdfsbase %0" : "=r"(base));
	return base;
}

static inline uint64_t gsbase_read(void)
{
	uint64_t base;

	if (!cpu_features.fsgsbase)
		return rdmsr(MSR_GS_BASE);
	__asm__ volatile("rdgsbase %0" : "=r"(base));
	return base;
}

/* `base` must be canonical: the CPU faults otherwise. */
static inline void fsbase_write(uint64_t base)
{
	if (cpu_features.fsgsbase)
		__asm__ volatile("wrfsbase %0" : : "r"(base) : "memory");
	else
		wrmsr(MSR_FS_BASE, base);
}

static inline void gsbase_write(uint64_t base)
{
	if (cpu_features.fsgsbase)
		__asm__ volatile("wrgsbase %0" : : "r"(base) : "memory");
	else
		wrmsr(MSR_GS_BASE, base);
}
