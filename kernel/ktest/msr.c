/* Registers that may not exist are tried without harm. */
#include "arch/x86_64/msr.h"
#include "arch/x86_64/apic.h"
#include "core/log.h"
#include "ktest/ktest.h"
#include "lib/upcall.h"

#define NON_CANONICAL (1UL << 63)

static const char *outcome(bool done)
{
	return done ? "done" : "refused";
}

/* In x2APIC mode the ICR is one register: the second half is none (SDM 3A 11.12.1.2). */
static void msr_try(uint32_t cpu)
{
	uint32_t icr_high = MSR_X2APIC_BASE + (APIC_REG_ICR_HIGH >> 4);
	uint64_t pat, none;

	(void)cpu;
	ASSERT(msr_try_read(MSR_PAT, &pat) && pat == rdmsr(MSR_PAT));
	ASSERT(msr_try_write(MSR_PAT, pat) && pat == rdmsr(MSR_PAT));
	log_line("msr: a read of no register is %s", outcome(msr_try_read(icr_high, &none)));
	log_line("msr: a write of no address is %s",
		 outcome(msr_try_write(MSR_FS_BASE, NON_CANONICAL)));
}
KTEST("msr-try", msr_try);
