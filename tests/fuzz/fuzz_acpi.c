// sources: kernel/dev/acpi_tables.c kernel/lib/crc32.c kernel/dev/acpi_madt.c
// sources: kernel/dev/acpi_fadt.c
// sources: kernel/dev/acpi_s5.c kernel/dev/acpi_srat.c kernel/dev/acpi_mcfg.c
// sources: kernel/dev/acpi_iommu.c kernel/lib/fmt.c
// measured: kernel/dev/acpi_tables.c kernel/dev/acpi_madt.c kernel/dev/acpi_fadt.c
// measured: kernel/dev/acpi_s5.c kernel/dev/acpi_srat.c kernel/dev/acpi_mcfg.c
// measured: kernel/dev/acpi_iommu.c
/* The case is the whole of physical memory, from address 0; a root pointer is at its beginning. */
#include "acpi_memory.h"
#include "fuzz.h"

#define RSDP_SIZE 36

static struct acpi_info info;

/* Whether what was found keeps to the limits that its users rely on. */
static void check(void)
{
	const struct acpi_madt_info *madt = &info.madt;

	if (madt->n_cpus > ACPI_CPUS_MAX || madt->n_ioapics > ACPI_IOAPICS_MAX ||
	    madt->n_overrides > ACPI_OVERRIDES_MAX || madt->n_lapic_nmis > ACPI_NMIS_MAX ||
	    madt->n_nmi_sources > ACPI_IOAPICS_MAX)
		abort();
	if (madt->cpus_seen !=
	    madt->n_cpus + madt->cpus_disabled + madt->cpus_double + madt->cpus_ignored)
		abort();
	if (info.srat.n_nodes > ACPI_NODES_MAX || info.sleep.type_a > 7 || info.sleep.type_b > 7)
		abort();
	if (info.mcfg.n_ranges > ACPI_ECAMS_MAX || info.iommu.n_units > ACPI_IOMMUS_MAX)
		abort();
	if (info.fadt.pm1a_cnt > 0xffff || info.fadt.pm1b_cnt > 0xffff ||
	    info.fadt.smi_cmd > 0xffff)
		abort();
	if (info.fadt.pm_timer.space == ACPI_SPACE_PORT && info.fadt.pm_timer.address > 0xffff)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct acpi_memory memory = {.bytes = data, .size = size};
	struct acpi_access access = {acpi_memory_map, fuzz_tell, &memory};
	size_t rsdp_size = size < RSDP_SIZE ? size : RSDP_SIZE;
	uint8_t *rsdp = fuzz_copy(data, rsdp_size);

	acpi_parse(&access, rsdp, rsdp_size, &info);
	check();
	fuzz_free(rsdp);
	acpi_memory_free(&memory);
	return 0;
}
