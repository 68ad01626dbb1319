/* What the CPU can do: CPUID read once into one structure. */
#pragma once

#include "lib/base.h"

enum cpu_vendor {
	CPU_VENDOR_OTHER,
	CPU_VENDOR_INTEL,
	CPU_VENDOR_AMD, /* Hygon too */
};

struct cpu_features {
	enum cpu_vendor vendor;
	uint32_t family, model, stepping;
	uint32_t max_leaf, max_ext_leaf;
	uint32_t hypervisor_max_leaf; /* 0: none */
	uint8_t phys_bits;	      /* width of a physical address */
	uint8_t linear_bits;
	char vendor_name[13];
	char brand[49]; /* "" when the CPU gives none */
	char hypervisor_name[13];

	/* Memory. */
	bool nx, pge, pat, mtrr, pcid, invpcid, gib_pages, la57, smep, smap, umip;
	bool invlpg_misses_global; /* with PCID on: keep it off (Intel erratum, ADL/RPL/ADL-N) */
	bool meltdown; /* user code may read what the kernel half maps (CVE-2017-5754) */

	/* State of the FPU. */
	bool sse2, fxsr, avx, avx512, xsave, xsaveopt, xsavec, xsaves, xgetbv1;
	bool fxsave_leaks_pointers; /* CVE-2006-1056: F(X)SAVE skips the x87 pointers */

	/* Interrupts and time. */
	bool apic, x2apic, tsc_deadline, always_running_apic_timer;
	bool tsc, invariant_tsc, tsc_adjust, rdtscp;

	/* The rest. */
	bool msr, mce, mca, de, fsgsbase, syscall, rdrand, rdseed, erms, fsrm, clflush, monitor;
	bool hypervisor;
};

/* The features of the boot CPU, filled by cpuid_init(); read-only afterwards. */
extern struct cpu_features cpu_features;

struct cpuid_regs {
	uint32_t eax, ebx, ecx, edx;
};

/* The CPUID instruction (SDM 2A CPUID); serialising, and a trap to the hypervisor in a VM. */
struct cpuid_regs cpuid(uint32_t leaf, uint32_t subleaf);

/* Fill `cpu_features`. Called once, on the boot CPU, before anything reads it. */
void cpuid_init(void);

/*
 * Bring CR0, CR4 and EFER of this CPU into the one state that the kernel runs in. Called on every
 * CPU, after cpuid_init(); the IDT need not exist yet.
 * CR0: PE MP ET NE WP AM PG. CR4: DE PAE MCE PGE OSFXSR OSXMMEXCPT, and UMIP FSGSBASE OSXSAVE SMEP
 * SMAP as present; TSD, PCE and LA57 stay clear, and PCIDE until tlb_init(). EFER: SCE LME LMA NXE
 * (SDM 3A 2.5, 2.2.1).
 */
void cpu_enable_features(void);

/*
 * The APIC ID of this CPU: the 32-bit one where leaf 0x1f or 0xb is valid, else the 8-bit one of
 * leaf 1 (SDM 3A 9.9.3). trampoline.S finds it in the same way.
 */
uint32_t cpuid_apic_id(void);
