/* Control registers, the TSC, and single instructions that have no better home. */
#pragma once

#include "lib/addr.h"

/* CR0 (SDM 3A 2.5). */
#define CR0_PE (1UL << 0)
#define CR0_MP (1UL << 1)
#define CR0_EM (1UL << 2)
#define CR0_TS (1UL << 3)
#define CR0_ET (1UL << 4)
#define CR0_NE (1UL << 5)
#define CR0_WP (1UL << 16)
#define CR0_AM (1UL << 18)
#define CR0_NW (1UL << 29)
#define CR0_CD (1UL << 30)
#define CR0_PG (1UL << 31)

/* CR4 (SDM 3A 2.5). */
#define CR4_TSD	       (1UL << 2)
#define CR4_DE	       (1UL << 3)
#define CR4_PAE	       (1UL << 5)
#define CR4_MCE	       (1UL << 6)
#define CR4_PGE	       (1UL << 7)
#define CR4_PCE	       (1UL << 8)
#define CR4_OSFXSR     (1UL << 9)
#define CR4_OSXMMEXCPT (1UL << 10)
#define CR4_UMIP       (1UL << 11)
#define CR4_LA57       (1UL << 12)
#define CR4_FSGSBASE   (1UL << 16)
#define CR4_PCIDE      (1UL << 17)
#define CR4_OSXSAVE    (1UL << 18)
#define CR4_SMEP       (1UL << 20)
#define CR4_SMAP       (1UL << 21)

/* CR3 (SDM 3A 4.5): table address, PCID, and bit 63 "keep this PCID's translations". */
#define CR3_ADDR_MASK 0x000ffffffffff000UL
#define CR3_PCID_MASK 0xfffUL
#define CR3_NOFLUSH   (1UL << 63)

/* RFLAGS. */
#define RFLAGS_CF   (1UL << 0)
#define RFLAGS_ONE  (1UL << 1) /* always set */
#define RFLAGS_TF   (1UL << 8)
#define RFLAGS_IF   (1UL << 9)
#define RFLAGS_DF   (1UL << 10)
#define RFLAGS_IOPL (3UL << 12)
#define RFLAGS_NT   (1UL << 14)
#define RFLAGS_RF   (1UL << 16)
#define RFLAGS_VM   (1UL << 17)
#define RFLAGS_AC   (1UL << 18)
#define RFLAGS_ID   (1UL << 21)

static inline uint64_t read_cr0(void)
{
	uint64_t value;

	__asm__ volatile("mov %%cr0, %0" : "=r"(value) : : "memory");
	return value;
}

static inline void write_cr0(uint64_t value)
{
	__asm__ volatile("mov %0, %%cr0" : : "r"(value) : "memory");
}

/* The faulting address of the last page fault. */
static inline uint64_t read_cr2(void)
{
	uint64_t value;

	__asm__ volatile("mov %%cr2, %0" : "=r"(value) : : "memory");
	return value;
}

static inline void write_cr2(uint64_t value)
{
	__asm__ volatile("mov %0, %%cr2" : : "r"(value) : "memory");
}

static inline uint64_t read_cr3(void)
{
	uint64_t value;

	__asm__ volatile("mov %%cr3, %0" : "=r"(value) : : "memory");
	return value;
}

/* Raw: everything but the checked switch of the address space uses that instead. */
static inline void write_cr3(uint64_t value)
{
	__asm__ volatile("mov %0, %%cr3" : : "r"(value) : "memory");
}

static inline uint64_t read_cr4(void)
{
	uint64_t value;

	__asm__ volatile("mov %%cr4, %0" : "=r"(value) : : "memory");
	return value;
}

static inline void write_cr4(uint64_t value)
{
	__asm__ volatile("mov %0, %%cr4" : : "r"(value) : "memory");
}

/* Only with CR4.OSXSAVE set. */
static inline uint64_t read_xcr0(void)
{
	uint32_t low, high;

	__asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
	return (uint64_t)high << 32 | low;
}

static inline void write_xcr0(uint64_t value)
{
	__asm__ volatile("xsetbv"
			 :
			 : "c"(0), "a"((uint32_t)value), "d"((uint32_t)(value >> 32))
			 : "memory");
}

static inline uint64_t read_dr6(void)
{
	uint64_t value;

	__asm__ volatile("mov %%dr6, %0" : "=r"(value) : : "memory");
	return value;
}

static inline void write_dr6(uint64_t value)
{
	__asm__ volatile("mov %0, %%dr6" : : "r"(value) : "memory");
}

static inline uint64_t read_dr7(void)
{
	uint64_t value;

	__asm__ volatile("mov %%dr7, %0" : "=r"(value) : : "memory");
	return value;
}

static inline void write_dr0(uint64_t value)
{
	__asm__ volatile("mov %0, %%dr0" : : "r"(value));
}

static inline void write_dr7(uint64_t value)
{
	__asm__ volatile("mov %0, %%dr7" : : "r"(value) : "memory");
}

static inline uint64_t read_rflags(void)
{
	uint64_t value;

	__asm__ volatile("pushfq; popq %0" : "=r"(value) : : "memory");
	return value;
}

/* Drop the translation of the page at `addr` from this CPU's TLB, global ones included. */
static inline void invlpg(uint64_t addr)
{
	__asm__ volatile("invlpg (%0)" : : "r"(addr) : "memory");
}

#define INVPCID_ADDR	   0 /* one address of one PCID */
#define INVPCID_CONTEXT	   1 /* one PCID, without global pages */
#define INVPCID_ALL_GLOBAL 2 /* all PCIDs and global pages */
#define INVPCID_ALL	   3 /* all PCIDs, without global pages */

/* SDM 2A INVPCID; only where CPUID has it. */
static inline void invpcid(uint64_t type, uint64_t pcid, uint64_t addr)
{
	struct {
		uint64_t pcid, addr;
	} descriptor = {pcid, addr};

	__asm__ volatile("invpcid %0, %1" : : "m"(descriptor), "r"(type) : "memory");
}

/* Drop every translation of this CPU, global ones and all PCIDs included (SDM 3A 4.10.4.1). */
static inline void tlb_flush_everything(void)
{
	uint64_t cr4 = read_cr4();

	write_cr4(cr4 ^ CR4_PGE);
	write_cr4(cr4);
}

/* The TSC, not ordered against other instructions. */
static inline uint64_t rdtsc(void)
{
	uint64_t low, high; /* RDTSC clears the upper halves */

	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
	return high << 32 | low;
}

/* The TSC after everything before it has been done (SDM 2B RDTSC). */
static inline uint64_t rdtsc_ordered(void)
{
	uint64_t low, high;

	__asm__ volatile("lfence; rdtsc" : "=a"(low), "=d"(high) : : "memory");
	return high << 32 | low;
}

/* Where the code that has this inlined runs. */
static inline uintptr_t code_address(void)
{
	uintptr_t here;

	__asm__("lea (%%rip), %0" : "=r"(here));
	return here;
}

/* A hint in spinning loops. */
static inline void cpu_relax(void)
{
	__asm__ volatile("pause" : : : "memory");
}

/* Every store before is seen by all CPUs before any later load is done. */
static inline void memory_barrier(void)
{
	__asm__ volatile("lock; orl $0, -4(%%rsp)" : : : "memory", "cc");
}

static inline void compiler_barrier(void)
{
	__asm__ volatile("" : : : "memory");
}

/* Stop this CPU for ever; an NMI may still run its handler. */
__noreturn static inline void cpu_halt_forever(void)
{
	for (;;)
		__asm__ volatile("cli; hlt" : : : "memory");
}

static inline void irq_disable(void)
{
	__asm__ volatile("cli" : : : "memory");
}

static inline void stac(void)
{
	__asm__ volatile("stac" : : : "memory", "cc");
}

static inline void clac(void)
{
	__asm__ volatile("clac" : : : "memory", "cc");
}

static inline void wbinvd(void)
{
	__asm__ volatile("wbinvd" : : : "memory");
}

/* A random number from the CPU; false when it has none just now (SDM 1 7.3.17). */
static inline bool rdrand(uint64_t *value)
{
	bool ok;

	__asm__ volatile("rdrand %0" : "=r"(*value), "=@ccc"(ok));
	return ok;
}
