/* Model-specific registers: numbers (SDM 4 chapter 2, APM 2 appendix A) and access. */
#pragma once

#include "lib/base.h"

#define MSR_TSC		     0x00000010
#define MSR_APIC_BASE	     0x0000001b
#define MSR_TSC_ADJUST	     0x0000003b
#define MSR_SPEC_CTRL	     0x00000048
#define MSR_PMC0	     0x000000c1
#define MSR_MTRRCAP	     0x000000fe
#define MSR_SYSENTER_CS	     0x00000174
#define MSR_SYSENTER_ESP     0x00000175
#define MSR_SYSENTER_EIP     0x00000176
#define MSR_MCG_CAP	     0x00000179
#define MSR_MCG_STATUS	     0x0000017a
#define MSR_MCG_CTL	     0x0000017b
#define MSR_PERFEVTSEL0	     0x00000186
#define MSR_MTRR_PHYSBASE(n) (0x00000200 + 2 * (n))
#define MSR_MTRR_PHYSMASK(n) (0x00000201 + 2 * (n))
#define MSR_MTRR_FIX_64K     0x00000250
#define MSR_MTRR_FIX_16K(n)  (0x00000258 + (n)) /* n = 0 (0x80000) or 1 (0xa0000) */
#define MSR_MTRR_FIX_4K(n)   (0x00000268 + (n)) /* n = 0 (0xc0000) .. 7 (0xf8000) */
#define MSR_PAT		     0x00000277
#define MSR_MTRR_DEF_TYPE    0x000002ff
#define MSR_PERF_GLOBAL_CTRL 0x0000038f
#define MSR_PERF_OVF_CTRL    0x00000390
#define MSR_MC_CTL(n)	     (0x00000400 + 4 * (n))
#define MSR_MC_STATUS(n)     (0x00000401 + 4 * (n))
#define MSR_MC_ADDR(n)	     (0x00000402 + 4 * (n))
#define MSR_MC_MISC(n)	     (0x00000403 + 4 * (n))
#define MSR_TSC_DEADLINE     0x000006e0
#define MSR_X2APIC_BASE	     0x00000800 /* + xAPIC offset / 16 (SDM 3A 11.12.1.2) */
#define MSR_XSS		     0x00000da0
#define MSR_EFER	     0xc0000080
#define MSR_STAR	     0xc0000081
#define MSR_LSTAR	     0xc0000082
#define MSR_CSTAR	     0xc0000083
#define MSR_FMASK	     0xc0000084
#define MSR_FS_BASE	     0xc0000100
#define MSR_GS_BASE	     0xc0000101
#define MSR_KERNEL_GS_BASE   0xc0000102
#define MSR_TSC_AUX	     0xc0000103
#define MSR_AMD_PERFEVTSEL0  0xc0010000
#define MSR_AMD_PERFCTR0     0xc0010004
#define MSR_AMD_SYSCFG	     0xc0010010
#define MSR_AMD_TOM2	     0xc001001d
#define MSR_AMD_PERF_CTL0    0xc0010200
#define MSR_AMD_PERF_CTR0    0xc0010201

#define APIC_BASE_BSP	    (1UL << 8)
#define APIC_BASE_X2APIC    (1UL << 10)
#define APIC_BASE_ENABLE    (1UL << 11)
#define APIC_BASE_ADDR_MASK 0x000ffffffffff000UL

#define EFER_SCE (1UL << 0)  /* SYSCALL */
#define EFER_LME (1UL << 8)  /* long mode enabled */
#define EFER_LMA (1UL << 10) /* long mode active */
#define EFER_NXE (1UL << 11) /* no-execute pages */

/* An absent MSR raises #GP: the caller knows from CPUID that it exists. */
static inline uint64_t rdmsr(uint32_t msr)
{
	uint32_t low, high;

	__asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr) : "memory");
	return (uint64_t)high << 32 | low;
}

static inline void wrmsr(uint32_t msr, uint64_t value)
{
	__asm__ volatile("wrmsr"
			 :
			 : "c"(msr), "a"((uint32_t)value), "d"((uint32_t)(value >> 32))
			 : "memory");
}

/* The same where that is not known: false when there is no such MSR, or it refuses the value. */
__must_check bool msr_try_read(uint32_t msr, uint64_t *value);
__must_check bool msr_try_write(uint32_t msr, uint64_t value);
