/* Starting the other processors, and what each does for itself. */
#include "arch/x86_64/apic.h"
#include "arch/x86_64/apic_timer.h"
#include "arch/x86_64/cpu.h"
#include "arch/x86_64/cpuid.h"
#include "arch/x86_64/msr.h"
#include "arch/x86_64/pat.h"
#include "arch/x86_64/smp_start.h"
#include "arch/x86_64/tsc.h"
#include "arch/x86_64/tsc_sync.h"
#include "arch/x86_64/vectors.h"
#include "boot/errors.h"
#include "boot/info.h"
#include "boot/machine.h"
#include "boot/memory.h"
#include "core/log.h"
#include "core/paint.h"
#include "core/panic.h"
#include "lib/cmdline.h"
#include "lib/string.h"
#include "lib/upcall.h"
#include "mm/census.h"
#include "mm/cr3.h"
#include "mm/frames.h"
#include "mm/kmap.h"
#include "mm/online.h"
#include "mm/phys.h"
#include "mm/tlb_cpu.h"
#include "mm/tlb_flush.h"
#include "mm/window.h"

#define WINDOW_FRAMES 32 /* what a window needs at most, tables included */

static void send_tlb_ipi(uint32_t cpu_id)
{
	apic_send_ipi(cpu_by_id(cpu_id)->apic_id, VECTOR_TLB);
}

static void stop_others(void)
{
	uint32_t me = this_cpu()->id;

	for (uint32_t id = 0; id < cpu_count; id++) {
		if (id != me && cpu_by_id(id)->online)
			apic_send_nmi(cpu_by_id(id)->apic_id);
	}
}

/* Every spin comes here: what must be served even by a CPU that waits. */
void smp_poll(void)
{
	tlb_serve();
	if (unlikely(panic_active()))
		panic_stop_here(NULL);
}

/* Windows for the CPUs that ACPI lists, in its order; their number, this CPU included. */
static uint32_t make_windows(uint32_t limit)
{
	uint32_t me = this_cpu()->apic_id, made = 1;

	for (unsigned i = 0; i < acpi.madt.n_cpus && made < limit; i++) {
		uint32_t id = acpi.madt.cpus[i].apic_id;

		if (id == me)
			continue;
		if (!online_at_least(WINDOW_FRAMES) || window_create(made, id)) {
			log_line("CPU with APIC ID %u left out: no memory for its stacks", id);
			break;
		}
		cr3_check_for(master_pml4, made);
		paint_stacks(made);
#ifdef MUTANT_slots_by_apic_id
		smp_add_slot(id, id);
#else
		smp_add_slot(made, id);
#endif
		made++;
	}
	return made;
}

/*
 * Tables that an AP in 32-bit mode can load: they lie below 4 GiB, map the trampoline page to
 * itself, and share the kernel half. They stay for good, for an AP that comes late.
 */
static paddr_t trampoline_tables(void)
{
	paddr_t table[PT_LEVELS + 1];
	uint64_t va = trampoline_page.raw;

	for (int level = PT_LEVELS; level >= 1; level--) {
		struct page *page = frame_alloc_below_4g(PAGE_TABLE);

		if (!page)
			return PADDR(0);
		table[level] = page_to_paddr(page);
		memset(phys_to_virt(table[level]), 0, PAGE_SIZE);
	}
	memcpy(phys_to_virt(table[PT_LEVELS]), phys_to_virt(master_pml4), PAGE_SIZE);
	for (int level = PT_LEVELS; level >= 1; level--) {
		pte_t *entries = phys_to_virt(table[level]);
		uint64_t to = level > 1 ? table[level - 1].raw : va;

		entries[level_index(va, level)] = to | PTE_PRESENT | PTE_WRITE;
	}
	census_extra_root = table[PT_LEVELS];
	return table[PT_LEVELS];
}

/* The words nosmp and maxcpus=. */
static uint32_t cpu_limit(void)
{
	uint64_t limit = CPU_MAX;

	if (cmdline_has(boot_info.cmdline, "nosmp"))
		return 1;
	if (cmdline_size(boot_info.cmdline, "maxcpus", &limit) < 0)
		log_line("the word maxcpus= is no number and is ignored");
	return (uint32_t)MIN(MAX(limit, 1UL), (uint64_t)CPU_MAX);
}

/* The word delay-ap=, in debug builds: that CPU is late, and must then be left out without harm. */
static void delay_an_ap(void)
{
#ifdef DEBUG
	uint64_t id;

	if (cmdline_size(boot_info.cmdline, "delay-ap", &id) == 1)
		smp_delay((uint32_t)id);
#endif
}

/* From now on the scheduler uses CPU `id`. */
static void set_online(uint32_t id)
{
	struct cpu *cpu = cpu_by_id(id);

	cpu->online = true;
	cpus_online++;
	log_line("GDT: TSS.rsp0 set cpu=%u rsp0=0x%lx", id, *cpu->rsp0);
}

/* One line a CPU: when it was asked to start and when it was there, or that it is missing. */
static void take_cpu(uint32_t id)
{
	const struct ap_slot *slot = &ap_slots[id];

	if (__atomic_load_n(&slot->stage, __ATOMIC_ACQUIRE) != AP_ONLINE) {
		log_line("CPU %u (APIC ID %u) did not start and is left out", id, slot->apic_id);
		return;
	}
	set_online(id);
	log_line("CPU %u online: APIC ID %u, SIPI at TSC %lu, online at TSC %lu", id, slot->apic_id,
		 slot->sipi_tsc, slot->online_tsc);
}

/* The word skew-tsc=, in debug builds: the starting CPUs' TSCs are set ahead by so many ticks. */
static void skew_tsc(void)
{
#ifdef DEBUG
	uint64_t ticks;

	if (cmdline_size(boot_info.cmdline, "skew-tsc", &ticks) == 1)
		wrmsr(MSR_TSC, rdtsc() + ticks);
#endif
}

/* After apic_init_cpu(). Interrupts for another CPU would come here, and its own go elsewhere. */
static void check_identity(void)
{
	const struct cpu *cpu = this_cpu();
	uint32_t stated = cpuid_apic_id(), own = apic_mode() == APIC_NONE ? stated : apic_id();

	if (stated != cpu->apic_id || own != cpu->apic_id)
		panic("CPU %u has APIC ID %u, but is run by one that has %u by CPUID, %u by its "
		      "APIC",
		      cpu->id, cpu->apic_id, stated, own);
}

void boot_ap(void)
{
	skew_tsc();
	tsc_sync_cpu(this_cpu()->id);
	pat_init_cpu();
	tlb_init_cpu();
	apic_init_cpu();
	check_identity();
	boot_errors_cpu();
	timer_init_cpu();
	frames_init_cpu(boot_ram_per_cpu(cpu_count));
#ifdef MUTANT_early_online
	smp_ap_online(this_cpu()->id);
#endif
#ifdef MUTANT_wait_for_boot_cpu
	while (!__atomic_load_n(&this_cpu()->online, __ATOMIC_ACQUIRE))
		cpu_relax();
#endif
}

/* What the starting CPUs have found out about their TSCs. */
static void tell_tscs(uint32_t count)
{
	unsigned compared = 0;

	for (uint32_t id = 1; id < count; id++) {
		const struct tsc_skew *skew = &tsc_skews[id];

		compared += skew->compared;
		if (skew->found)
			log_line("clock: TSC of CPU %u was behind by %ld ticks, now by %ld", id,
				 skew->found, skew->left);
	}
	if (compared)
		log_line("clock: TSCs of %u CPUs compared with the boot CPU's", compared);
}

void boot_processors(void)
{
	uint32_t limit = cpu_limit(), count = 1;
	paddr_t tables = PADDR(0);

	check_identity();
	set_online(0);
	if (!trampoline_page.raw) {
		log_line("no RAM below 640 KiB to start other CPUs");
	} else if (acpi.madt.present && apic_mode() != APIC_NONE && limit > 1) {
		count = make_windows(limit);
		tables = count > 1 ? trampoline_tables() : PADDR(0);
	}
	log_line("stacks mapped in the master PML4: %u CPUs, %u pages each", count, window_pages());
	if (count > 1 && !tables.raw) {
		log_line("no memory below 4 GiB to start other CPUs");
	} else if (count > 1) {
		tlb_send_ipi = send_tlb_ipi;
		panic_stop_others = stop_others;
		delay_an_ap();
		smp_start_all(phys_to_virt(trampoline_page), trampoline_page, tables, master_pml4);
	}
	frames_init_cpu(boot_ram_per_cpu(count));
	for (uint32_t id = 1; id < count; id++)
		take_cpu(id);
	tell_tscs(count);
	log_line("CPUs online: %u of %u", cpus_online, MAX(acpi.madt.cpus_seen, 1U));
}
