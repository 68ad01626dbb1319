#include "entry_log.h"

#include "arch/x86_64/cr.h"
#include "boot/info.h"
#include "core/log.h"
#include "core/stages.h"

static uint64_t first_user_tsc; /* atomic: of the CPU that was the first */

void entry_log_expect(struct cpu *cpu, const struct trapframe *tf)
{
	uint64_t nobody = 0;

	cpu->entered_user = true;
	cpu->first_rsp = tf->rsp;
	cpu->work |= CPU_WORK_FIRST;
	__atomic_compare_exchange_n(&first_user_tsc, &nobody, rdtsc(), false, __ATOMIC_RELAXED,
				    __ATOMIC_RELAXED);
}

/* Where the TSC counts instructions (QEMU's icount), the difference is the length of the boot. */
static void tell_boot(void)
{
	static bool told;

	if (__atomic_exchange_n(&told, true, __ATOMIC_RELAXED))
		return;
	log_line("boot: TSC at kernel entry=%lu first ring 3=%lu instructions=%lu", boot_tsc,
		 first_user_tsc, first_user_tsc - boot_tsc);
	boot_stages_tell(first_user_tsc);
}

void entry_log_tell(struct cpu *cpu)
{
	log_line("switch: pre-switch checks passed cpu=%u count=%lu", cpu->id, cpu->cr3_checks);
	log_line("ring 3: first entry cpu=%u user rsp=0x%lx kernel rsp=0x%lx rsp0=0x%lx", cpu->id,
		 cpu->first_rsp, (uint64_t)__builtin_frame_address(0), *cpu->rsp0);
	tell_boot();
}
