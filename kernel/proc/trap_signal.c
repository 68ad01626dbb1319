#include "proc/trap_signal.h"

#include "arch/x86_64/cr.h"
#include "arch/x86_64/vectors.h"
#include "core/log.h"
#include "core/trapinfo.h"

struct trap_signal {
	int signo;
	int code;
};

static const struct trap_signal trap_signals[VECTOR_EXCEPTIONS] = {
	[VECTOR_DE] = {SIGFPE, FPE_INTDIV}, [VECTOR_DB] = {SIGTRAP, TRAP_TRACE},
	[VECTOR_BP] = {SIGTRAP, SI_KERNEL}, [VECTOR_OF] = {SIGSEGV, SI_KERNEL},
	[VECTOR_BR] = {SIGSEGV, SI_KERNEL}, [VECTOR_UD] = {SIGILL, ILL_ILLOPN},
	[VECTOR_NM] = {SIGSEGV, SI_KERNEL}, [VECTOR_TS] = {SIGSEGV, SI_KERNEL},
	[VECTOR_NP] = {SIGBUS, SI_KERNEL},  [VECTOR_SS] = {SIGBUS, SI_KERNEL},
	[VECTOR_GP] = {SIGSEGV, SI_KERNEL}, [VECTOR_MF] = {SIGFPE, FPE_FLTINV},
	[VECTOR_AC] = {SIGBUS, BUS_ADRALN}, [VECTOR_XM] = {SIGFPE, FPE_FLTINV},
	[VECTOR_CP] = {SIGSEGV, SI_KERNEL},
};

/* What a person needs to know of a fault that ends a program. */
static void tell(const struct thread *thread, const struct trapframe *tf, uint64_t va, int signo)
{
	log_line("fault: %s in ring 3, CPU %u, pid=%ld (%s), signal %d", trap_name(tf->vector),
		 this_cpu()->id, thread->process->pid, thread->process->name, signo);
	trap_print(tf, va);
}

static void raise_fault(struct thread *thread, const struct trapframe *tf,
			const struct signal_info *info)
{
	tell(thread, tf, info->addr, info->signo);
	signal_fault(thread, info);
}

void signal_for_trap(struct thread *thread, struct trapframe *tf)
{
	const struct trap_signal *is = &trap_signals[tf->vector];
	struct signal_info info = {.signo = is->signo, .code = is->code, .addr = tf->rip};

	if (tf->vector == VECTOR_DB) {
		write_dr6(0);
		write_dr7(0);
	}
	if (!info.signo)
		info = (struct signal_info){.signo = SIGSEGV, .code = SI_KERNEL, .addr = tf->rip};
	raise_fault(thread, tf, &info);
}

void signal_for_page_fault(struct thread *thread, struct trapframe *tf, uint64_t va,
			   enum fault_result result)
{
	struct signal_info info = {.signo = SIGSEGV, .code = SEGV_MAPERR, .addr = va};

	if (result == FAULT_ACCESS)
		info.code = SEGV_ACCERR;
	else if (result == FAULT_BUS)
		info = (struct signal_info){.signo = SIGBUS, .code = BUS_ADRERR, .addr = va};
	raise_fault(thread, tf, &info);
}

void signal_out_of_memory(struct thread *thread)
{
	struct signal_info info = {.signo = SIGBUS, .code = BUS_ADRERR, .addr = thread->fault.va};

	if (thread->process->exiting)
		return;
	log_line("out of memory: no page for pid=%ld (%s), and nobody else could give one",
		 thread->process->pid, thread->process->name);
	signal_fault(thread, &info);
}
