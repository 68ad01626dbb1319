#include "arch/x86_64/pat.h"

#include "arch/x86_64/cpuid.h"
#include "arch/x86_64/cr.h"
#include "arch/x86_64/msr.h"
#include "arch/x86_64/mtrr_map.h"

#define MEM_UC_MINUS 7UL /* UC that an MTRR may turn into WC; in the PAT only */

#define PAT_ENTRY(n, type) ((uint64_t)(type) << (8 * (n)))

#define PAT_LOW                                                                     \
	(PAT_ENTRY(0, MEM_WB) | PAT_ENTRY(1, MEM_WT) | PAT_ENTRY(2, MEM_UC_MINUS) | \
	 PAT_ENTRY(3, MEM_UC))
#define PAT_HIGH                                                                    \
	(PAT_ENTRY(4, MEM_WC) | PAT_ENTRY(5, MEM_WP) | PAT_ENTRY(6, MEM_UC_MINUS) | \
	 PAT_ENTRY(7, MEM_UC))

/* No line may stay cached under a type that it has no more: caches off, empty, and TLB too. */
static void write_pat(uint64_t pat)
{
	uint64_t cr0 = read_cr0();

	write_cr0((cr0 | CR0_CD) & ~CR0_NW);
	wbinvd();
	tlb_flush_everything();
	wrmsr(MSR_PAT, pat);
	wbinvd();
	tlb_flush_everything();
	write_cr0(cr0);
}

void pat_init_cpu(void)
{
	if (cpu_features.pat && rdmsr(MSR_PAT) != (PAT_LOW | PAT_HIGH))
		write_pat(PAT_LOW | PAT_HIGH);
}
