#include "arch/x86_64/smp_start.h"

#include "arch/x86_64/apic.h"
#include "arch/x86_64/cpu.h"
#include "arch/x86_64/smp_trampoline.h"
#include "arch/x86_64/tsc.h"
#include "arch/x86_64/tsc_sync.h"
#include "arch/x86_64/vectors.h"
#include "lib/string.h"
#include "lib/upcall.h"

/* SDM 3A 9.4.4.1: waits after INIT and after the first SIPI. */
#define INIT_WAIT_US 10000
#define SIPI_WAIT_US 200

/* An emulator of 255 CPUs on a small host takes several seconds. */
#define PATIENCE_MS	    10000UL
#define PATIENCE_DELAYED_MS 1000UL
#define PATIENCE_POLLS	    2000000000UL

#define XAPIC_ID_MAX 254

#define NOBODY UINT32_MAX

_Static_assert(offsetof(struct ap_slot, apic_id) == AP_SLOT_APIC_ID, "trampoline.S");
_Static_assert(offsetof(struct ap_slot, stage) == AP_SLOT_STAGE, "trampoline.S");
_Static_assert(sizeof(struct ap_slot) == AP_SLOT_SIZE, "trampoline.S");

struct ap_slot ap_slots[CPU_MAX];
uint32_t ap_slot_count;
uint64_t ap_master_cr3;
uint32_t ap_delayed_id = NOBODY;

void smp_add_slot(uint32_t id, uint32_t apic_id)
{
	uint32_t next = MAX(ap_slot_count, 1U);

	if (id != next || id >= CPU_MAX)
		panic("slot %u for APIC ID %u: the next one is %u, of %u", id, apic_id, next,
		      CPU_MAX);
	ap_slots[id].apic_id = apic_id;
	ap_slots[id].stage = AP_WAITING;
	ap_slot_count = id + 1;
}

#ifdef DEBUG
void smp_delay(uint32_t id)
{
	ap_delayed_id = id;
}
#endif

static uint32_t stage_of(uint32_t id)
{
	return __atomic_load_n(&ap_slots[id].stage, __ATOMIC_ACQUIRE);
}

/* Step a slot from `from` to `to`; false when it was not in `from`. */
static bool step(uint32_t id, uint32_t from, uint32_t to)
{
	return __atomic_compare_exchange_n(&ap_slots[id].stage, &from, to, false, __ATOMIC_ACQ_REL,
					   __ATOMIC_ACQUIRE);
}

/* Bytes from the start of the trampoline to `symbol` in it. */
static size_t offset_of(const char *symbol)
{
	return (uintptr_t)symbol - (uintptr_t)trampoline_start;
}

/* Put `size` bytes of `value` at the place of `symbol` in the copy of the trampoline. */
static void patch(uint8_t *page, const char *symbol, const void *value, size_t size)
{
	memcpy(page + offset_of(symbol), value, size);
}

static uint32_t low_address(paddr_t page_phys, const char *symbol)
{
	return (uint32_t)(page_phys.raw + offset_of(symbol));
}

static void fill_page(uint8_t *page, paddr_t page_phys, paddr_t tables)
{
	uint32_t gdt = low_address(page_phys, trampoline_gdt);
	uint32_t code32 = low_address(page_phys, trampoline_code32);
	uint32_t code64 = low_address(page_phys, trampoline_code64);
	uint32_t pml4 = (uint32_t)tables.raw;

	ASSERT(page_phys.raw < MIB(1) && tables.raw < GIB(4));
	memcpy(page, trampoline_start, offset_of(trampoline_end));
	patch(page, trampoline_gdt_base, &gdt, sizeof(gdt));
	patch(page, trampoline_jump32, &code32, sizeof(code32));
	patch(page, trampoline_jump64, &code64, sizeof(code64));
	patch(page, trampoline_pml4, &pml4, sizeof(pml4));
}

/* xAPIC cannot name them. */
static void abandon_unreachable(void)
{
	for (uint32_t id = 1; id < ap_slot_count; id++) {
		if (apic_mode() != APIC_X2APIC && ap_slots[id].apic_id > XAPIC_ID_MAX)
			step(id, AP_WAITING, AP_ABANDONED);
	}
}

static void send_inits(void)
{
	for (uint32_t id = 1; id < ap_slot_count; id++) {
		if (stage_of(id) == AP_WAITING)
			apic_send_init(ap_slots[id].apic_id);
	}
}

/* A CPU that runs already ignores a SIPI; those that do not get a second one (SDM 3A 9.4.4.1). */
static void send_sipis(uint8_t page)
{
	for (uint32_t id = 1; id < ap_slot_count; id++) {
		struct ap_slot *slot = &ap_slots[id];

		if (stage_of(id) != AP_WAITING)
			continue;
#ifdef MUTANT_lose_sipi
		if (id == 1)
			continue;
#endif
		if (slot->sipi_tsc == 0)
			slot->sipi_tsc = rdtsc();
		apic_send_sipi(slot->apic_id, page);
	}
}

static uint32_t count_in(uint32_t stage)
{
	uint32_t count = 0;

	for (uint32_t id = 1; id < ap_slot_count; id++)
		count += stage_of(id) == stage;
	return count;
}

static void wait_until_online(void)
{
	uint64_t patience = ap_delayed_id == NOBODY ? PATIENCE_MS : PATIENCE_DELAYED_MS;
	uint64_t start = rdtsc(), ticks = patience * (clock_tsc_hz() / 1000);

	for (uint64_t polls = 0; polls < PATIENCE_POLLS && rdtsc() - start < ticks; polls++) {
		if (count_in(AP_WAITING) + count_in(AP_CLAIMED) == 0)
			return;
		tsc_sync_publish();
		cpu_relax();
		smp_poll();
	}
}

static void give_up_missing(void)
{
	for (uint32_t id = 1; id < ap_slot_count; id++) {
		if (!step(id, AP_WAITING, AP_ABANDONED))
			step(id, AP_CLAIMED, AP_DROPPED);
	}
}

uint32_t smp_start_all(void *page, paddr_t page_phys, paddr_t tables, paddr_t master)
{
	uint8_t number = (uint8_t)(page_phys.raw >> PAGE_SHIFT);

	fill_page(page, page_phys, tables);
	ap_master_cr3 = master.raw;
	abandon_unreachable();
	memory_barrier();
	send_inits();
	delay_us(INIT_WAIT_US);
	send_sipis(number);
	delay_us(SIPI_WAIT_US);
	send_sipis(number);
	wait_until_online();
	give_up_missing();
	return count_in(AP_ONLINE);
}

bool smp_may_interrupt(uint32_t id)
{
	return id == 0 || stage_of(id) == AP_ONLINE;
}

void smp_ap_online(uint32_t id)
{
	if (!this_cpu()->ready)
		panic("CPU %u (APIC ID %u) is to be online before it can run threads", id,
		      ap_slots[id].apic_id);
#ifdef MUTANT_early_interrupt
	apic_send_ipi(apic_id(), VECTOR_RESCHED);
	__asm__ volatile("sti\n\tnop\n\tcli" : : : "memory");
#endif
	ap_slots[id].online_tsc = rdtsc();
	if (step(id, AP_CLAIMED, AP_ONLINE))
		return;
	ap_slots[id].online_tsc = 0;
	if (stage_of(id) == AP_DROPPED)
		cpu_halt_forever();
	panic("CPU %u (APIC ID %u) runs although it was given up", id, ap_slots[id].apic_id);
}
