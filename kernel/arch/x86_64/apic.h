/*
 * The local APIC (SDM 3A chapter 11), by memory (xAPIC) or by MSRs (x2APIC) behind one interface.
 * Every function speaks to the APIC of the CPU that calls it.
 */
#pragma once

#include "arch/x86_64/cr.h"
#include "arch/x86_64/io.h"
#include "arch/x86_64/msr.h"

enum apic_mode {
	APIC_NONE, /* the CPU has none, or firmware has switched it off for good */
	APIC_XAPIC,
	APIC_X2APIC,
};

/* Registers, as offsets in xAPIC's page (SDM 3A table 11-1); x2APIC's MSRs follow from them. */
#define APIC_REG_ID	       0x020
#define APIC_REG_VERSION       0x030
#define APIC_REG_TPR	       0x080
#define APIC_REG_EOI	       0x0b0
#define APIC_REG_SPURIOUS      0x0f0
#define APIC_REG_ISR	       0x100 /* 8 words, a bit a vector: in service */
#define APIC_REG_IRR	       0x200 /* the same: requested */
#define APIC_REG_ESR	       0x280
#define APIC_REG_LVT_CMCI      0x2f0
#define APIC_REG_ICR	       0x300
#define APIC_REG_ICR_HIGH      0x310 /* xAPIC only */
#define APIC_REG_LVT_TIMER     0x320
#define APIC_REG_LVT_THERMAL   0x330
#define APIC_REG_LVT_PERF      0x340
#define APIC_REG_LVT_LINT0     0x350
#define APIC_REG_LVT_LINT1     0x360
#define APIC_REG_LVT_ERROR     0x370
#define APIC_REG_TIMER_INITIAL 0x380
#define APIC_REG_TIMER_CURRENT 0x390
#define APIC_REG_TIMER_DIVIDE  0x3e0

#define APIC_LVT_MASKED	      0x00010000U
#define APIC_LVT_NMI	      0x00000400U
#define APIC_LVT_ACTIVE_LOW   0x00002000U
#define APIC_LVT_EXTINT	      0x00000700U
#define APIC_LVT_TSC_DEADLINE 0x00040000U /* timer: mode; one-shot is 0 */

#define APIC_TIMER_DIVIDE_BY_1 0xbU

/* xAPIC's registers; NULL in x2APIC mode and while there is no APIC. Set by apic_init(). */
extern volatile uint8_t *apic_regs;

/*
 * Choose the mode, on the boot CPU, and switch its APIC to it: x2APIC if firmware hands over in it;
 * else, when `want_x2apic`, if the CPU lists it and it shows to work after the switch; else xAPIC,
 * whose registers are at apic_base().
 */
enum apic_mode apic_choose_mode(bool want_x2apic);

/* The mode that apic_choose_mode() chose; APIC_NONE before. */
enum apic_mode apic_mode(void);

/* Physical address of xAPIC's page on this CPU. */
uint64_t apic_base(void);

/*
 * Use the registers mapped, uncached, at `regs` (NULL in x2APIC mode, and for a CPU without APIC),
 * and bring the boot CPU's APIC up as apic_init_cpu() does. After apic_choose_mode().
 */
void apic_init(volatile void *regs);

/*
 * Bring this CPU's APIC into the chosen mode and a known state: enabled, everything that firmware
 * left masked or acknowledged, LINT0 masked, LINT1 an NMI, errors at VECTOR_APIC_ERR, spurious
 * interrupts at VECTOR_SPURIOUS, priority 0. On every CPU, with interrupts off.
 */
void apic_init_cpu(void);

/*
 * NMIs come at this CPU's LINT1, active high, unless firmware names other pins: then at those. Bit
 * n of `pins` and `active_low` is LINTn's. After apic_init_cpu(). (SDM 3A 11.5.1)
 */
void apic_set_nmi_pins(unsigned int pins, unsigned int active_low);

/* Whether this CPU's APIC has an LVT entry for performance counters. */
bool apic_has_perf_lvt(void);

/* This CPU's APIC ID, from its APIC; 0 without one. */
uint32_t apic_id(void);

static inline uint32_t apic_read(uint32_t reg)
{
	if (apic_regs)
		return mmio_read32(apic_regs + reg);
	return (uint32_t)rdmsr(MSR_X2APIC_BASE + (reg >> 4));
}

static inline void apic_write(uint32_t reg, uint32_t value)
{
	if (likely(apic_regs))
		mmio_write32(apic_regs + reg, value);
	else
		wrmsr(MSR_X2APIC_BASE + (reg >> 4), value);
}

/* End of interrupt: for every vector but NMI, spurious and the 8259's. Not without an APIC. */
static inline void apic_eoi(void)
{
	apic_write(APIC_REG_EOI, 0);
}

/*
 * Interprocessor interrupts to the CPU with APIC ID `dest` (32 bits in x2APIC mode, below 255 in
 * xAPIC mode). Stores made before are visible to that CPU when it takes the interrupt. They wait
 * for an earlier one to leave, bounded; a send in spite of that is counted in apic_stuck_sends.
 */
void apic_send_ipi(uint32_t dest, uint8_t vector);
void apic_send_nmi(uint32_t dest);
void apic_send_init(uint32_t dest);

/* Start the CPU in real mode at physical page `page` (address / 4096, below 256). */
void apic_send_sipi(uint32_t dest, uint8_t page);

/*
 * `vector` has come, on the boot CPU. Had it been requested before apic_init(), by what firmware
 * had set up? A request cannot be taken back. True once.
 */
bool apic_take_inherited(uint8_t vector);

/* Has `vector` been requested of this CPU, and not been taken yet? */
bool apic_requested(uint8_t vector);

/* Read and clear this CPU's error status (SDM 3A 11.5.3): bits, 0 when nothing happened. */
uint32_t apic_read_errors(void);

/* Let the 8259s interrupt this CPU through LINT0, or not: for devices of a machine without ACPI. */
void apic_accept_8259(bool accept);

extern uint64_t apic_stuck_sends;

/* For an x2APIC: WRMSR to it is not ordered after earlier stores (SDM 3A 11.12.3). */
static inline void apic_msr_fence(void)
{
	__asm__ volatile("mfence; lfence" : : : "memory");
}
