#include "arch/x86_64/cpu.h"
#include "arch/x86_64/cr.h"
#include "arch/x86_64/entry.h"
#include "arch/x86_64/msr.h"

/* SYSRET loads CS from STAR[63:48] + 16 and SS from + 8, both with RPL 3 (SDM 2B SYSRET). */
#define STAR_USER   ((uint64_t)(SEL_USER_DATA - 8) << 48)
#define STAR_KERNEL ((uint64_t)SEL_KERNEL_CODE << 32)

_Static_assert(SEL_USER_CODE == SEL_USER_DATA + 8, "SYSRET's order of segments");
_Static_assert(SEL_KERNEL_DATA == SEL_KERNEL_CODE + 8, "SYSCALL's order of segments");

void syscall_entry_init(void)
{
	uintptr_t window = (uintptr_t)this_cpu();

	wrmsr(MSR_STAR, STAR_USER | STAR_KERNEL);
	wrmsr(MSR_LSTAR, window + WINDOW_ENTRY);
	wrmsr(MSR_CSTAR, window + WINDOW_ENTRY + (uint64_t)(cpu_entry32 - cpu_entry));
	wrmsr(MSR_FMASK,
	      RFLAGS_IF | RFLAGS_TF | RFLAGS_DF | RFLAGS_AC | RFLAGS_NT | RFLAGS_RF | RFLAGS_IOPL);
	/* SYSENTER must fault: no 32-bit code exists (SDM 3A 5.8.7). */
	wrmsr(MSR_SYSENTER_CS, 0);
}
