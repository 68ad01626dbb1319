/* ACPI and interrupt controllers at boot. */
#include "boot/machine.h"

#include "arch/x86_64/apic.h"
#include "arch/x86_64/cpuid.h"
#include "arch/x86_64/ioapic.h"
#include "arch/x86_64/pic.h"
#include "boot/clock.h"
#include "boot/errors.h"
#include "boot/info.h"
#include "boot/memory.h"
#include "core/log.h"
#include "dev/isa_irq.h"
#include "dev/power.h"
#include "dev/wall_clock.h"
#include "lib/cmdline.h"
#include "lib/fmt.h"
#include "lib/string.h"
#include "mm/kmap.h"
#include "mm/phys.h"
#include "mm/tlb_cpu.h"

#define APIC_WINDOW   PAGE_SIZE
#define IOAPIC_WINDOW 0x20
#define MAPPED_MAX    32 /* distinct ranges of firmware tables that are remembered */

struct acpi_info acpi;

/* --- reading the tables --- */

static struct {
	uint64_t start, end;
	const char *va;
} mapped[MAPPED_MAX];
static unsigned mapped_count;

/* RAM is in the direct map below 4 GiB; anything else is mapped read-only, once. */
static const void *map_firmware(void *ctx, paddr_t addr, uint64_t size)
{
	uint64_t start = addr.raw, end = start + size, cursor = start, ram_start, ram_end;
	uint64_t page = ALIGN_DOWN(start, PAGE_SIZE);
	const char *va;

	(void)ctx;
	if (size == 0 || end < start)
		return NULL;
	if (end <= GIB(4) && memmap_next_ram(&memmap, &cursor, &ram_start, &ram_end) &&
	    ram_start <= start && end <= ram_end)
		return phys_to_virt(addr);
	for (unsigned i = 0; i < mapped_count; i++) {
		if (mapped[i].start <= start && end <= mapped[i].end)
			return mapped[i].va + (start - mapped[i].start);
	}
	if (memmap_overlaps_ram(&memmap, page, ALIGN_UP(end, PAGE_SIZE)))
		return NULL;
	va = mmio_map(page, ALIGN_UP(end, PAGE_SIZE) - page, KMAP_MMIO_RO);
	if (va && mapped_count < MAPPED_MAX) {
		mapped[mapped_count].start = page;
		mapped[mapped_count].end = ALIGN_UP(end, PAGE_SIZE);
		mapped[mapped_count++].va = va;
	}
	return va ? va + (start - page) : NULL;
}

/* " 0: 4 CPUs 128 MiB," for each node, as long as the line has room. */
static void tell_topology(const struct acpi_srat_info *srat)
{
	char line[200] = "";
	size_t length = 0;

	for (unsigned i = 0; i < srat->n_nodes && length < sizeof(line) - 1; i++)
		length += (size_t)fmt_snprintf(line + length, sizeof(line) - length,
					       "%s %u: %u CPUs %lu MiB", i ? "," : "",
					       srat->nodes[i].domain, srat->nodes[i].cpus,
					       srat->nodes[i].bytes >> 20);
	if (srat->n_nodes)
		log_line("topology: %u nodes:%s", srat->n_nodes, line);
	if (srat->ignored)
		log_line("topology: %u entries of further nodes are ignored", srat->ignored);
}

static int read_tables(void)
{
	static const struct acpi_access access = {.map = map_firmware, .tell = log_tell};
	int error = -1;

	if (boot_has(&boot_info, MB2_TAG_ACPI_NEW))
		error = acpi_parse(&access, boot_info.rsdp_new, RSDP_NEW_SIZE, &acpi);
	if (error && boot_has(&boot_info, MB2_TAG_ACPI_OLD))
		error = acpi_parse(&access, boot_info.rsdp_old, RSDP_OLD_SIZE, &acpi);
	return error;
}

void boot_acpi(void)
{
	if (cmdline_has(boot_info.cmdline, "noacpi"))
		log_line("ACPI: not used, by the word noacpi");
	else if (read_tables())
		log_line("ACPI: no tables: one CPU");
	else
		log_line("ACPI: %u CPUs, %u I/O APICs, PM timer %s, HPET %s", acpi.madt.n_cpus,
			 acpi.madt.n_ioapics, acpi.fadt.pm_timer.space ? "yes" : "no",
			 acpi.hpet.present ? "yes" : "no");
	tell_topology(&acpi.srat);
	isa_irq_init(&acpi.madt);
	power_init(&acpi);
	if (acpi.fadt.present)
		wall_clock_init(!acpi.fadt.no_cmos_rtc, acpi.fadt.century);
}

/* --- the CPU --- */

/* Append " name" to the `size` bytes at `text`, if `has`. */
static void add_word(char *text, size_t size, bool has, const char *name)
{
	size_t length = strlen(text);

	if (has)
		fmt_snprintf(text + length, size - length, " %s", name);
}

/* The words of CPUID that say what the CPU has, raw: for who reads the log of another machine. */
static void tell_cpuid(void)
{
	const struct cpu_features *f = &cpu_features;
	struct cpuid_regs none = {0};
	struct cpuid_regs base = cpuid(1, 0);
	struct cpuid_regs more = f->max_leaf >= 7 ? cpuid(7, 0) : none;
	struct cpuid_regs xsave = f->max_leaf >= 0xd ? cpuid(0xd, 1) : none;
	struct cpuid_regs extended = f->max_ext_leaf >= 0x80000001 ? cpuid(0x80000001, 0) : none;

	log_line("CPU: CPUID 1 %08x %08x, 7 %08x %08x %08x, d %08x, 80000001 %08x %08x", base.ecx,
		 base.edx, more.ebx, more.ecx, more.edx, xsave.eax, extended.ecx, extended.edx);
}

/* What of the boot CPU's the kernel uses: the others are taken to be like it. */
static void tell_cpu(void)
{
	const struct cpu_features *f = &cpu_features;
	char words[128] = "";

	add_word(words, sizeof(words), f->nx, "nx");
	add_word(words, sizeof(words), f->smep, "smep");
	add_word(words, sizeof(words), f->smap, "smap");
	add_word(words, sizeof(words), f->umip, "umip");
	add_word(words, sizeof(words), f->pge, "pge");
	add_word(words, sizeof(words), tlb_pcid, "pcid");
	add_word(words, sizeof(words), f->gib_pages, "1gib-pages");
	add_word(words, sizeof(words), f->fsgsbase, "fsgsbase");
	add_word(words, sizeof(words), f->xsave, "xsave");
	add_word(words, sizeof(words), f->xsave && f->avx, "avx");
	add_word(words, sizeof(words), f->xsave && f->avx512, "avx512");
	log_line("CPU: %s family %u model %u stepping %u, '%s'", f->vendor_name, f->family,
		 f->model, f->stepping, f->brand);
	tell_cpuid();
	log_line("CPU: uses%s", words);
	if (f->meltdown)
		log_line("CPU: it may let user code read the kernel's memory (CVE-2017-5754)");
}

/* --- interrupt controllers --- */

static void start_apic(void)
{
	static const char *const names[] = {"none", "xAPIC", "x2APIC"};
	enum apic_mode mode = apic_choose_mode(true);
	void *regs = NULL;

	if (mode == APIC_XAPIC)
		regs = mmio_map(apic_base(), APIC_WINDOW, KMAP_MMIO);
	apic_init(regs);
	log_line("APIC: %s, ID %u", names[mode], apic_id());
}

static void silence_ioapics(void)
{
	for (unsigned i = 0; i < acpi.madt.n_ioapics; i++) {
		const struct acpi_ioapic *io = &acpi.madt.ioapics[i];
		unsigned pins = 0, live;
		void *regs = NULL;

		if (!memmap_overlaps_ram(&memmap, io->addr.raw, io->addr.raw + IOAPIC_WINDOW))
			regs = mmio_map(io->addr.raw, IOAPIC_WINDOW, KMAP_MMIO);
		if (regs)
			pins = ioapic_init(regs, io->gsi_base, &live);
		if (!pins)
			log_line("I/O APIC %u at %lx cannot be used", io->id, io->addr.raw);
		else if (live)
			log_line("I/O APIC %u: %u of %u entries were live; masked", io->id, live,
				 pins);
	}
}

void boot_interrupts_and_clock(void)
{
	tell_cpu();
	pic_init();
	silence_ioapics();
	start_apic();
	boot_errors_cpu();
	boot_clock();
}
