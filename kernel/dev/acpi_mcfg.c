/* Where PCI configuration space is in memory: the MCFG (PCI Firmware Specification 3.3, 4.1.2). */
#include "dev/acpi_table.h"

#define MCFG_FIXED_SIZE 44
#define ENTRY_SIZE	16
#define BUS_SHIFT	20 /* 1 MiB a bus */

static void add_range(const struct acpi_access *access, const struct bytes *entry,
		      struct acpi_mcfg_info *info)
{
	struct acpi_ecam ecam = {
		.base = PADDR(bytes_u64(entry, 0)),
		.segment = bytes_u16(entry, 8),
		.first_bus = bytes_u8(entry, 10),
		.last_bus = bytes_u8(entry, 11),
	};

	if (ecam.base.raw == 0 || ecam.base.raw % (1U << BUS_SHIFT) != 0 ||
	    ecam.base.raw >> 52 != 0 || ecam.first_bus > ecam.last_bus)
		access->tell(access->ctx, "ACPI: MCFG: buses %u to %u at 0x%lx, ignored",
			     ecam.first_bus, ecam.last_bus, ecam.base.raw);
	else if (info->n_ranges >= ACPI_ECAMS_MAX)
		access->tell(access->ctx, "ACPI: MCFG: more than %u ranges, one ignored",
			     ACPI_ECAMS_MAX);
	else
		info->ranges[info->n_ranges++] = ecam;
}

void acpi_parse_mcfg(const struct acpi_access *access, const struct acpi_table *table,
		     struct acpi_mcfg_info *info)
{
	const struct bytes *bytes = &table->bytes;

	info->present = true;
	for (uint32_t at = MCFG_FIXED_SIZE; bytes_has(bytes, at, ENTRY_SIZE); at += ENTRY_SIZE) {
		struct bytes entry = bytes_part(bytes, at, ENTRY_SIZE);

		add_range(access, &entry, info);
	}
}
