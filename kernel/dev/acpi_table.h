/* What the parsers of single ACPI tables share; used by dev/acpi_*.c only. */
#pragma once

#include "dev/acpi_tables.h"
#include "lib/bytes.h"

#define ACPI_HEADER_SIZE 36 /* 5.2.6 */

/* A table that is mapped as a whole; its size is at least ACPI_HEADER_SIZE. */
struct acpi_table {
	struct bytes bytes; /* header included */
	char name[5];
};

/* Read the table into `info`; the caller has seen that it is the first of its kind. */
void acpi_parse_madt(const struct acpi_access *access, const struct acpi_table *table,
		     struct acpi_madt_info *info);
void acpi_parse_fadt(const struct acpi_access *access, const struct acpi_table *table,
		     struct acpi_fadt_info *info);
void acpi_parse_hpet(const struct acpi_access *access, const struct acpi_table *table,
		     struct acpi_hpet_info *info);
void acpi_parse_srat(const struct acpi_access *access, const struct acpi_table *table,
		     struct acpi_srat_info *info);
void acpi_parse_dsdt(const struct acpi_access *access, const struct acpi_table *table,
		     struct acpi_sleep_info *info);
void acpi_parse_mcfg(const struct acpi_access *access, const struct acpi_table *table,
		     struct acpi_mcfg_info *info);
void acpi_parse_dmar(const struct acpi_access *access, const struct acpi_table *table,
		     struct acpi_iommu_info *info);
void acpi_parse_ivrs(const struct acpi_access *access, const struct acpi_table *table,
		     struct acpi_iommu_info *info);
