#include "arch/x86_64/descriptors.h"

#include "arch/x86_64/entry.h"
#include "arch/x86_64/vectors.h"
#include "lib/string.h"

struct tss {
	uint32_t reserved0;
	uint64_t rsp[3];
	uint64_t reserved1;
	uint64_t ist[7]; /* IST n is ist[n - 1] */
	uint64_t reserved2;
	uint16_t reserved3;
	uint16_t iomap_base;
} __packed;

struct gate {
	uint16_t offset0;
	uint16_t selector;
	uint8_t ist;
	uint8_t type;
	uint16_t offset1;
	uint32_t offset2;
	uint32_t reserved;
};

struct table_pointer {
	uint16_t limit;
	uint64_t base;
} __packed;

#define GATE_INTERRUPT 0x8e /* present, DPL 0: IF is cleared on entry */
#define GATE_DPL3      0x60
#define GDT_ENTRIES    (SEL_TSS / 8 + 2)
#define DESC_USER_DATA 0x00cff3000000ffffULL
#define DESC_USER_CODE 0x00affb000000ffffULL
#define DESC_TSS       0x0000890000000000ULL /* available 64-bit TSS */

static struct gate idt[256] __aligned_to(PAGE_SIZE);

static uint8_t vector_ist(unsigned vector)
{
	switch (vector) {
	case VECTOR_DB:
		return IST_DB;
	case VECTOR_NMI:
		return IST_NMI;
	case VECTOR_DF:
		return IST_DF;
	case VECTOR_MC:
		return IST_MC;
	default:
		return 0;
	}
}

void idt_build(void)
{
	for (unsigned v = 0; v < 256; v++) {
		uintptr_t stub = (uintptr_t)trap_stubs + (uintptr_t)v * TRAP_STUB_SIZE;
		bool user_may = v == VECTOR_BP || v == VECTOR_OF;

		idt[v] = (struct gate){
			.offset0 = (uint16_t)stub,
			.selector = SEL_KERNEL_CODE,
			.ist = vector_ist(v),
			.type = user_may ? GATE_INTERRUPT | GATE_DPL3 : GATE_INTERRUPT,
			.offset1 = (uint16_t)(stub >> 16),
			.offset2 = (uint32_t)(stub >> 32),
		};
	}
}

static void tss_fill(struct tss *tss, uint32_t id)
{
	uintptr_t window = cpu_window(id);

	*tss = (struct tss){.iomap_base = sizeof(*tss)};
#ifdef MUTANT_rsp0_of_other_cpu
	tss->rsp[0] = cpu_rsp0(id + 1);
#else
	tss->rsp[0] = cpu_rsp0(id);
#endif
	tss->ist[IST_DF - 1] = window + WINDOW_IST_DF + WINDOW_IST_SIZE;
	tss->ist[IST_NMI - 1] = window + WINDOW_IST_NMI + WINDOW_IST_SIZE;
	tss->ist[IST_MC - 1] = window + WINDOW_IST_MC + WINDOW_IST_SIZE;
	tss->ist[IST_DB - 1] = window + WINDOW_IST_DB + WINDOW_IST_SIZE;
}

static void gdt_fill(uint64_t *gdt, uintptr_t tss)
{
	memset(gdt, 0, GDT_ENTRIES * sizeof(*gdt));
	gdt[SEL_KERNEL_CODE / 8] = DESC_KERNEL_CODE;
	gdt[SEL_KERNEL_DATA / 8] = DESC_KERNEL_DATA;
	gdt[SEL_USER_DATA / 8] = DESC_USER_DATA;
	gdt[SEL_USER_CODE / 8] = DESC_USER_CODE;
	gdt[SEL_TSS / 8] = DESC_TSS | (sizeof(struct tss) - 1) | (tss & 0xffffff) << 16 |
			   (tss >> 24 & 0xff) << 56;
	gdt[SEL_TSS / 8 + 1] = tss >> 32;
}

void descriptors_load(uint32_t id)
{
	uintptr_t window = cpu_window(id);
	struct tss *tss = (struct tss *)(window + WINDOW_TSS);
	struct table_pointer gdtr = {GDT_ENTRIES * 8 - 1, window + WINDOW_GDT};
	struct table_pointer idtr = {sizeof(idt) - 1, (uintptr_t)idt};

	tss_fill(tss, id);
	gdt_fill((uint64_t *)(window + WINDOW_GDT), window + WINDOW_TSS);
	cpu_by_id(id)->rsp0 = (uint64_t *)((char *)tss + offsetof(struct tss, rsp));

	__asm__ volatile("lgdt %0" : : "m"(gdtr));
	__asm__ volatile("lidt %0" : : "m"(idtr));
	__asm__ volatile("mov %0, %%ss" : : "r"(SEL_KERNEL_DATA));
	__asm__ volatile("mov %0, %%ds\n\tmov %0, %%es\n\tmov %0, %%fs\n\tmov %0, %%gs" : : "r"(0));
	__asm__ volatile("pushq %0\n\tleaq 1f(%%rip), %%rax\n\tpushq %%rax\n\tlretq\n1:"
			 :
			 : "i"(SEL_KERNEL_CODE)
			 : "rax", "memory");
	__asm__ volatile("ltr %w0" : : "r"(SEL_TSS));
}

void idt_drop(void)
{
	struct table_pointer none = {0, 0};

	__asm__ volatile("lidt %0" : : "m"(none));
}
