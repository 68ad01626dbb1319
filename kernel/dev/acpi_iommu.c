/*
 * Where the units are that remap what devices address: the DMAR (Intel VT-d specification 4.1,
 * chapter 8) and the IVRS (AMD I/O Virtualization Technology specification 3.09, 5.2.2).
 */
#include "dev/acpi_table.h"

#define ENTRIES 48 /* in both tables entries follow the same length of fixed fields */

/* Remapping hardware unit definition, 8.3. */
#define DMAR_DRHD      0
#define DMAR_DRHD_SIZE 16

/* I/O virtualization hardware definition; the later types tell of the same units again. */
#define IVRS_IVHD      0x10
#define IVRS_IVHD_11   0x11
#define IVRS_IVHD_40   0x40
#define IVRS_IVHD_SIZE 24

#define MIN_SIZE 4 /* of any entry: its type and length */

static void add_unit(const struct acpi_access *access, struct acpi_iommu_info *info, bool amd,
		     uint64_t base)
{
	for (unsigned i = 0; i < info->n_units; i++) {
		if (info->units[i].base.raw == base)
			return;
	}
	if (base == 0 || base % PAGE_SIZE != 0 || base >> 52 != 0)
		access->tell(access->ctx, "ACPI: remapping unit at 0x%lx, ignored", base);
	else if (info->n_units >= ACPI_IOMMUS_MAX)
		access->tell(access->ctx, "ACPI: more than %u remapping units, one ignored",
			     ACPI_IOMMUS_MAX);
	else
		info->units[info->n_units++] = (struct acpi_iommu){amd, PADDR(base)};
}

static void parse_dmar_entry(const struct acpi_access *access, const struct bytes *entry,
			     struct acpi_iommu_info *info)
{
	if (bytes_u16(entry, 0) == DMAR_DRHD && bytes_has(entry, 0, DMAR_DRHD_SIZE))
		add_unit(access, info, false, bytes_u64(entry, 8));
}

static void parse_ivrs_entry(const struct acpi_access *access, const struct bytes *entry,
			     struct acpi_iommu_info *info)
{
	uint8_t type = bytes_u8(entry, 0);

	if ((type == IVRS_IVHD || type == IVRS_IVHD_11 || type == IVRS_IVHD_40) &&
	    bytes_has(entry, 0, IVRS_IVHD_SIZE))
		add_unit(access, info, true, bytes_u64(entry, 8));
}

/* An entry of an impossible length ends the visit: where the next begins cannot be known. */
static void parse_entries(const struct acpi_access *access, const struct acpi_table *table,
			  bool amd, struct acpi_iommu_info *info)
{
	struct bytes rest = bytes_from(&table->bytes, ENTRIES);

	/*@ loop invariant info->n_units <= ACPI_IOMMUS_MAX; */
	while (bytes_size(&rest) > 0) {
		uint32_t length = bytes_u16(&rest, 2);
		struct bytes entry = bytes_part(&rest, 0, length);

		if (length < MIN_SIZE || length > bytes_size(&rest)) {
			access->tell(access->ctx, "ACPI: %s: entry of %u bytes, the rest ignored",
				     table->name, length);
			return;
		}
		if (amd)
			parse_ivrs_entry(access, &entry, info);
		else
			parse_dmar_entry(access, &entry, info);
		rest = bytes_from(&rest, length);
	}
}

void acpi_parse_dmar(const struct acpi_access *access, const struct acpi_table *table,
		     struct acpi_iommu_info *info)
{
	info->dmar_present = true;
	parse_entries(access, table, false, info);
}

void acpi_parse_ivrs(const struct acpi_access *access, const struct acpi_table *table,
		     struct acpi_iommu_info *info)
{
	info->ivrs_present = true;
	parse_entries(access, table, true, info);
}
