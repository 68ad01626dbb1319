#include "arch/x86_64/apic.h"

#include "arch/x86_64/cpuid.h"
#include "arch/x86_64/vectors.h"

/* Interrupt command register (SDM 3A 11.6.1). */
#define ICR_FIXED   0x0000U
#define ICR_NMI	    0x0400U
#define ICR_INIT    0x0500U
#define ICR_SIPI    0x0600U
#define ICR_PENDING 0x1000U /* xAPIC only */
#define ICR_ASSERT  0x4000U

#define SPURIOUS_ENABLE 0x100U

#define LVT_DELIVERY 0x700U
#define LVT_SMI	     0x200U

#define VERSION_MAX_LVT(word) ((word) >> 16 & 0xff)

/* A send leaves within microseconds; a read takes some ten nanoseconds at least. */
#define ICR_POLLS 100000

/* Interrupts that firmware took and never acknowledged: at most one for each vector. */
#define EOIS_MAX 256

volatile uint8_t *apic_regs;
uint64_t apic_stuck_sends;
static enum apic_mode mode;
static uint32_t inherited[8]; /* a bit a vector */

enum apic_mode apic_mode(void)
{
	return mode;
}

uint64_t apic_base(void)
{
	return rdmsr(MSR_APIC_BASE) & APIC_BASE_ADDR_MASK;
}

/* Switch to x2APIC and look whether an APIC answers there (SDM 3A 11.12.1). */
static bool try_x2apic(void)
{
	uint64_t base = rdmsr(MSR_APIC_BASE) | APIC_BASE_ENABLE;
	uint32_t version;

	wrmsr(MSR_APIC_BASE, base);
	wrmsr(MSR_APIC_BASE, base | APIC_BASE_X2APIC);
	if (!(rdmsr(MSR_APIC_BASE) & APIC_BASE_X2APIC))
		return false;
	version = apic_read(APIC_REG_VERSION);
	if (version != 0 && version != UINT32_MAX && apic_read(APIC_REG_ID) == cpuid_apic_id())
		return true;
	/* The only way back leads through "disabled" (SDM 3A figure 11-27). */
	wrmsr(MSR_APIC_BASE, base & ~(APIC_BASE_ENABLE | APIC_BASE_X2APIC));
	wrmsr(MSR_APIC_BASE, base);
	return false;
}

enum apic_mode apic_choose_mode(bool want_x2apic)
{
	if (!cpu_features.apic || !cpu_features.msr)
		mode = APIC_NONE;
	else if ((rdmsr(MSR_APIC_BASE) & APIC_BASE_X2APIC) ||
		 (want_x2apic && cpu_features.x2apic && try_x2apic()))
		mode = APIC_X2APIC;
	else
		mode = APIC_XAPIC;
	return mode;
}

/* SMIs belong to the firmware. The vector stays: a write of one below 16 counts as an error. */
static void mask_lvt(uint32_t reg)
{
	uint32_t lvt = apic_read(reg);

	if ((lvt & LVT_DELIVERY) != LVT_SMI)
		apic_write(reg, lvt | APIC_LVT_MASKED);
}

static uint32_t max_lvt_entry(void)
{
	return VERSION_MAX_LVT(apic_read(APIC_REG_VERSION));
}

bool apic_has_perf_lvt(void)
{
	return mode != APIC_NONE && max_lvt_entry() >= 4;
}

static void mask_lvts(void)
{
	uint32_t max_lvt = max_lvt_entry();

	apic_write(APIC_REG_LVT_TIMER, APIC_LVT_MASKED | VECTOR_TIMER);
	mask_lvt(APIC_REG_LVT_LINT0);
	if (max_lvt >= 4)
		mask_lvt(APIC_REG_LVT_PERF);
	if (max_lvt >= 5)
		mask_lvt(APIC_REG_LVT_THERMAL);
	if (max_lvt >= 6)
		mask_lvt(APIC_REG_LVT_CMCI);
}

static bool any_in_service(void)
{
	for (uint32_t word = 0; word < 8; word++) {
		if (apic_read(APIC_REG_ISR + 0x10 * word))
			return true;
	}
	return false;
}

static void acknowledge_inherited(void)
{
	for (int n = 0; n < EOIS_MAX && any_in_service(); n++)
		apic_eoi();
}

void apic_init_cpu(void)
{
	uint64_t base;

	if (mode == APIC_NONE)
		return;
	base = rdmsr(MSR_APIC_BASE) | APIC_BASE_ENABLE;
	wrmsr(MSR_APIC_BASE, base);
	if (mode == APIC_X2APIC)
		wrmsr(MSR_APIC_BASE, base | APIC_BASE_X2APIC);

	/* LVT entries can be unmasked only while the APIC is enabled (SDM 3A 11.4.7.2). */
	apic_write(APIC_REG_SPURIOUS, SPURIOUS_ENABLE | VECTOR_SPURIOUS);
	apic_write(APIC_REG_TPR, 0);
	mask_lvts();
	acknowledge_inherited();
	apic_write(APIC_REG_LVT_LINT1, APIC_LVT_NMI);
	apic_write(APIC_REG_LVT_ERROR, VECTOR_APIC_ERR);
	apic_read_errors();
}

void apic_set_nmi_pins(unsigned int pins, unsigned int active_low)
{
	static const uint32_t lint[] = {APIC_REG_LVT_LINT0, APIC_REG_LVT_LINT1};

	if (mode == APIC_NONE)
		return;
	apic_write(APIC_REG_LVT_LINT1, APIC_LVT_MASKED);
	for (unsigned int n = 0; n < ARRAY_SIZE(lint); n++) {
		uint32_t polarity = active_low >> n & 1 ? APIC_LVT_ACTIVE_LOW : 0;

		if (pins >> n & 1)
			apic_write(lint[n], APIC_LVT_NMI | polarity);
	}
}

void apic_init(volatile void *regs)
{
	apic_regs = mode == APIC_XAPIC ? regs : NULL;
	apic_init_cpu();
	for (uint32_t word = 0; word < 8 && mode != APIC_NONE; word++)
		inherited[word] = apic_read(APIC_REG_IRR + 0x10 * word);
}

bool apic_take_inherited(uint8_t vector)
{
	uint32_t *word = &inherited[vector / 32], bit = 1U << vector % 32;
	bool was_set = *word & bit;

	*word &= ~bit;
	return was_set;
}

uint32_t apic_id(void)
{
	if (mode == APIC_NONE)
		return 0;
#ifdef MUTANT_xapic_id
	return apic_read(APIC_REG_ID) & 0xff;
#endif
	return mode == APIC_X2APIC ? apic_read(APIC_REG_ID) : apic_read(APIC_REG_ID) >> 24;
}

static void wait_icr(void)
{
	for (int polls = 0; polls < ICR_POLLS; polls++) {
		if (!(apic_read(APIC_REG_ICR) & ICR_PENDING))
			return;
		cpu_relax();
	}
	apic_stuck_sends++;
}

static void send(uint32_t dest, uint32_t command)
{
	if (mode == APIC_X2APIC) {
		apic_msr_fence();
		wrmsr(MSR_X2APIC_BASE + (APIC_REG_ICR >> 4), (uint64_t)dest << 32 | command);
	} else if (mode == APIC_XAPIC) {
		wait_icr();
		apic_write(APIC_REG_ICR_HIGH, dest << 24);
		apic_write(APIC_REG_ICR, command);
	}
}

void apic_send_ipi(uint32_t dest, uint8_t vector)
{
	send(dest, ICR_FIXED | ICR_ASSERT | vector);
}

void apic_send_nmi(uint32_t dest)
{
	send(dest, ICR_NMI | ICR_ASSERT);
}

void apic_send_init(uint32_t dest)
{
	send(dest, ICR_INIT | ICR_ASSERT);
}

void apic_send_sipi(uint32_t dest, uint8_t page)
{
	send(dest, ICR_SIPI | ICR_ASSERT | page);
}

bool apic_requested(uint8_t vector)
{
	return apic_read(APIC_REG_IRR + vector / 32 * 0x10U) >> vector % 32 & 1;
}

uint32_t apic_read_errors(void)
{
	/* A write makes the register show what came since the last one. */
	apic_write(APIC_REG_ESR, 0);
	return apic_read(APIC_REG_ESR);
}

void apic_accept_8259(bool accept)
{
	if (mode != APIC_NONE)
		apic_write(APIC_REG_LVT_LINT0,
			   accept ? APIC_LVT_EXTINT : APIC_LVT_EXTINT | APIC_LVT_MASKED);
}
