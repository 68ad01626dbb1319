#include "entry_log.h"

#include "arch/x86_64/cr.h"
#include "core/log.h"

uint64_t first_user_tsc;

void entry_log_expect(struct cpu *cpu, const struct trapframe *tf)
{
	uint64_t nobody = 0;

	cpu->entered_user = true;
	cpu->first_rsp = tf->rsp;
	cpu->work |= CPU_WORK_FIRST;
	__atomic_compare_exchange_n(&first_user_tsc, &nobody, rdtsc(), false, __ATOMIC_RELAXED,
				    __ATOMIC_RELAXED);
}

void entry_log_tell(struct cpu *cpu)
{
	log_line("switch: pre-switch checks passed cpu=%u count=%lu", cpu->id, cpu->cr3_checks);
	log_line("ring 3: first entry cpu=%u user rsp=0x%lx kernel rsp=0x%lx rsp0=0x%lx", cpu->id,
		 cpu->first_rsp, (uint64_t)__builtin_frame_address(0), *cpu->rsp0);
}
