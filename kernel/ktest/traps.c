/* Interrupts and traps that come on stacks of their own. */
#include "arch/x86_64/apic.h"
#include "arch/x86_64/cpu.h"
#include "arch/x86_64/cr.h"
#include "arch/x86_64/tsc.h"
#include "core/log.h"
#include "ktest/ktest.h"

#define LONGEST_GAP 1000 /* rounds of an empty loop: less than a handler takes, and more */
#define REST_US	    5

/* Pairs of NMIs for the next CPU, so near that the second meets the first one's handler. */
static void nmi_storm(uint32_t cpu)
{
	uint32_t other = (cpu + 1) % cpu_count;

	for (uint64_t round = 0; round < ktest_rounds; round++) {
		apic_send_nmi(cpu_by_id(other)->apic_id);
		for (uint64_t gap = round % LONGEST_GAP; gap > 0; gap--)
			compiler_barrier();
		apic_send_nmi(cpu_by_id(other)->apic_id);
		delay_us(REST_US);
	}
	log_line("ktest: CPU %u has had %lu NMIs", other,
		 __atomic_load_n(&cpu_by_id(other)->nmis, __ATOMIC_RELAXED));
}
KTEST("nmi-storm", nmi_storm);

#define DR7_WATCH_WRITES 0x90002UL /* of the 8 bytes at DR0 (SDM 3B 17.2.4) */

/* A breakpoint on what its own handler writes to. */
static void watched_counter(uint32_t cpu)
{
	volatile uint64_t *debugs = &cpu_by_id(cpu)->debugs;

	write_dr0((uint64_t)debugs);
	write_dr7(DR7_WATCH_WRITES);
	*debugs = 0;
	log_line("ktest: %lu debug exceptions in ring 0, DR7 is %lx now", *debugs, read_dr7());
}
KTEST("watched-counter", watched_counter);
