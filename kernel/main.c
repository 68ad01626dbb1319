/*
 * The order of the boot. Each step is a function that leaves the machine a little further, and says
 * so on the log when it has. docs/boot.md tells the same story with the reasons.
 */
#include "arch/x86_64/cpuid.h"
#include "arch/x86_64/descriptors.h"
#include "arch/x86_64/entry.h"
#include "arch/x86_64/extable.h"
#include "arch/x86_64/fpu.h"
#include "arch/x86_64/smp_start.h"
#include "boot/clock.h"
#include "boot/console.h"
#include "boot/first.h"
#include "boot/info.h"
#include "boot/keyboard.h"
#include "boot/machine.h"
#include "boot/memory.h"
#include "boot/monitor.h"
#include "boot/pci.h"
#include "boot/screen.h"
#include "core/delay.h"
#include "core/log.h"
#include "core/paint.h"
#include "core/stages.h"
#include "core/verdict.h"
#include "ktest/ktest.h"
#include "mm/kmap.h"
#include "proc/sched.h"
#include "tasks.h"

__noreturn void kmain(uint32_t info_address, uint64_t first_tsc);
__noreturn void ap_main(uint32_t id);

/* The CPU that GRUB started: traps work from here on. */
static void start_boot_cpu(void)
{
	paint_stacks(0);
	cpuid_init();
	this_cpu()->apic_id = cpuid_apic_id();
	if (cpu_features.smap)
		smap_patch();
	idt_build();
	descriptors_load(0);
	cpu_enable_features();
	syscall_entry_init();
}

static void tell_layout(void)
{
	log_line("LAYOUT: percpu stack base=0x%lx, size=%lu KiB, stride=%lu MiB, guard=%lu KiB",
		 PERCPU_STACK_REGION_BASE, PERCPU_STACK_SIZE >> 10, PERCPU_STACK_STRIDE >> 20,
		 PERCPU_STACK_GUARD_SIZE >> 10);
	log_line("LAYOUT: window entry=0x%lx, ist=0x%lx 0x%lx 0x%lx 0x%lx, panic=0x%lx, "
		 "stack=0x%lx..0x%lx",
		 WINDOW_ENTRY, WINDOW_IST_DF, WINDOW_IST_NMI, WINDOW_IST_MC, WINDOW_IST_DB,
		 WINDOW_PANIC, WINDOW_STACK, WINDOW_STACK_TOP);
}

/* What every CPU sets up for itself before it may run threads. */
static void start_cpu_common(void)
{
	fpu_init_cpu();
	timers_init_cpu();
	sched_init_cpu();
	this_cpu()->ready = true;
}

/*
 * From boot/entry.S, on CPU 0's own stack, with the boot tables and interrupts off. `first_tsc` is
 * the TSC at the kernel's first instructions.
 */
void kmain(uint32_t info_address, uint64_t first_tsc)
{
	boot_stage("cpu");
	start_boot_cpu();
	boot_info_read(info_address);
	boot_tsc = first_tsc;
	verdict_init(boot_info.cmdline);
	boot_stage("log");
	boot_console();
	boot_info_tell();
	boot_screen_tell();
	delay_init(boot_info.cmdline);
	tell_layout();
	boot_stage("memory");
	boot_memory_map(info_address);
	boot_pci_quiet();
	boot_memory_start();
	boot_stage("acpi");
	boot_acpi();
	boot_pci();
	boot_stage("clock");
	boot_interrupts_and_clock();
	start_cpu_common();
	boot_stage("cpus");
	boot_processors();
	boot_watchdog();
	boot_stage("tasks");
	kmap_seal();
	tasks_start();
	boot_clock_check();
	boot_monitor();
	boot_keyboard();
	ktest_at_boot(boot_info.cmdline);
	boot_stage("program");
	boot_first_process();
	enter_exit_loop();
}

/* From arch/x86_64/trampoline.S, on the CPU's own stack in the master address space. */
void ap_main(uint32_t id)
{
	descriptors_load(id);
	cpu_enable_features();
	syscall_entry_init();
	boot_ap();
	start_cpu_common();
	smp_ap_online(id);
	enter_exit_loop();
}
