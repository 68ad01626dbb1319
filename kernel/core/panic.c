#include "core/panic.h"

#include "arch/x86_64/cpu.h"
#include "arch/x86_64/cr.h"
#include "arch/x86_64/entry.h"
#include "core/backtrace.h"
#include "core/lock.h"
#include "core/log.h"
#include "core/panic_report.h"
#include "core/trapinfo.h"
#include "core/verdict.h"
#include "lib/fmt.h"

#define STOP_PATIENCE 200000000ULL /* TSC ticks that the others have to arrive at their stop */

struct report {
	const struct trapframe *tf; /* NULL: panic() was called */
	uint64_t cr2;
	uintptr_t rip, rsp, rbp;
	char cause[200];
};

static uint32_t claimed_by; /* id plus one of the CPU that panics */
static struct report report;
void (*panic_stop_others)(void);
void (*panic_print_thread)(uint32_t cpu_id);
void (*panic_show)(void);
void (*panic_monitor)(void);
static bool monitored; /* the report is told, and the monitor runs */

bool panic_active(void)
{
	return __atomic_load_n(&claimed_by, __ATOMIC_ACQUIRE) != 0;
}

bool panic_elsewhere(void)
{
	uint32_t by = __atomic_load_n(&claimed_by, __ATOMIC_ACQUIRE);

	return by != 0 && by != this_cpu()->id + 1;
}

void panic_stop_here(const struct trapframe *tf)
{
	static const struct trapframe nowhere;

	__atomic_store_n(&this_cpu()->stopped_at, tf ? tf : &nowhere, __ATOMIC_RELEASE);
	cpu_halt_forever();
}

static void print_cpu(uint32_t id)
{
	const struct trapframe *at = __atomic_load_n(&cpu_by_id(id)->stopped_at, __ATOMIC_ACQUIRE);

	if (!at || at->rip == 0) {
		log_line("CPU %u: %s", id, at ? "stopped while waiting" : "did not stop");
	} else if (frame_from_user(at)) {
		log_line("CPU %u: in ring 3 at %016lx", id, at->rip);
	} else {
		log_line("CPU %u: backtrace", id);
		backtrace_print(at->rip, at->rbp);
	}
	if (panic_print_thread)
		panic_print_thread(id);
	locks_print(id);
}

/* Before anything is printed: the others may be writing to the same port. */
static void stop_others(uint32_t me)
{
	uint64_t start = rdtsc();

	if (!panic_stop_others)
		return;
	panic_stop_others();
	for (uint32_t id = 0; id < cpu_count; id++) {
		const struct cpu *cpu = cpu_by_id(id);

		while (id != me && cpu->online &&
		       !__atomic_load_n(&cpu->stopped_at, __ATOMIC_ACQUIRE) &&
		       rdtsc() - start < STOP_PATIENCE)
			cpu_relax();
	}
}

static void print_others(uint32_t me)
{
	for (uint32_t id = 0; id < cpu_count; id++) {
		if (id != me && cpu_by_id(id)->online)
			print_cpu(id);
	}
}

/* On the panic stack, when the report is told; once more when what was looked at led to a fault. */
static __noreturn __noinline void monitor_main(void)
{
	monitored = true;
	if (panic_monitor)
		panic_monitor();
	verdict_end();
	cpu_halt_forever();
}

/* Who calls panic() has lost most of them. */
static void print_registers(void)
{
	if (report.tf)
		trap_print(report.tf, report.cr2);
	else
		log_line("  rip %016lx rsp %016lx rbp %016lx", report.rip, report.rsp, report.rbp);
	log_line("  cr0 %016lx cr3 %016lx cr4 %016lx", read_cr0(), read_cr3(), read_cr4());
}

/* On the panic stack. */
static __noreturn __noinline void panic_main(void)
{
	uint32_t me = this_cpu()->id;

	stop_others(me);
	log_enter_panic(&panic_record);
	log_line("KERNEL PANIC on CPU %u (%s stack): %s", me, stack_name(report.rbp), report.cause);
	if (panic_print_thread)
		panic_print_thread(me);
	locks_print(me);
	log_line("backtrace");
	backtrace_print(report.rip, report.rbp);
	print_registers();
	panic_report_others();
	print_others(me);
	log_line("end of panic");
	if (panic_show)
		panic_show();
	verdict_send(VERDICT_PANIC, 0, report.cause);
	monitor_main();
}

static __noreturn void go_to_panic_stack(void (*function)(void))
{
	uintptr_t top = (uintptr_t)this_cpu() + WINDOW_PANIC + WINDOW_PANIC_SIZE;

	call_on_stack(top, function);
}

/* Claim the panic; a CPU that comes second stops, one that panics in its own panic only says so. */
static void claim(void)
{
	struct cpu *cpu = this_cpu();
	uint32_t nobody = 0;

	if (__atomic_compare_exchange_n(&claimed_by, &nobody, cpu->id + 1, false, __ATOMIC_ACQ_REL,
					__ATOMIC_ACQUIRE))
		return;
	if (nobody != cpu->id + 1)
		panic_stop_here(NULL);
	if (monitored) {
		log_line("what was looked at led to a fault");
		go_to_panic_stack(monitor_main);
	}
	log_line("panic within the panic");
	verdict_send(VERDICT_PANIC, 0, "panic within the panic");
	verdict_end();
	cpu_halt_forever();
}

void panic(const char *fmt, ...)
{
	va_list args;

	claim();
	va_start(args, fmt);
	fmt_vsnprintf(report.cause, sizeof(report.cause), fmt, args);
	va_end(args);
	report.rip = (uintptr_t)__builtin_return_address(0);
	report.rbp = *(uintptr_t *)__builtin_frame_address(0);
	report.rsp = (uintptr_t)__builtin_frame_address(0) + 2 * sizeof(uintptr_t);
	go_to_panic_stack(panic_main);
}

void panic_trap(const struct trapframe *tf, uint64_t cr2, const char *fmt, ...)
{
	va_list args;

	claim();
	va_start(args, fmt);
	fmt_vsnprintf(report.cause, sizeof(report.cause), fmt, args);
	va_end(args);
	report.tf = tf;
	report.cr2 = cr2;
	report.rip = tf->rip;
	report.rbp = tf->rbp;
	go_to_panic_stack(panic_main);
}
