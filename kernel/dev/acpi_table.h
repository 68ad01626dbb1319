/* What the parsers of single ACPI tables share; used by dev/acpi_*.c only. */
#pragma once

#include "dev/acpi_tables.h"
#include "lib/bytes.h"

#define ACPI_HEADER_SIZE 36 /* 5.2.6 */

/* A table that is mapped as a whole; `length` is at least ACPI_HEADER_SIZE. */
struct acpi_table {
	const uint8_t *at;
	uint32_t length; /* bytes, header included */
	char name[5];
};

/* Read the table into `info`; the caller has seen that it is the first of its kind. */
void acpi_parse_madt(const struct acpi_access *access, const struct acpi_table *table,
		     struct acpi_madt_info *info);
void acpi_parse_fadt(const struct acpi_access *access, const struct acpi_table *table,
		     struct acpi_fadt_info *info);
void acpi_parse_hpet(const struct acpi_access *access, const struct acpi_table *table,
		     struct acpi_hpet_info *info);

/* Whether the field of `size` bytes at `offset` is in the table. */
static inline bool acpi_has_field(const struct acpi_table *table, uint32_t offset, uint32_t size)
{
	return offset <= table->length && size <= table->length - offset;
}

/* Fields; 0 when the table ends before them, as older revisions of tables do. */
static inline uint8_t acpi_u8(const struct acpi_table *table, uint32_t offset)
{
	return acpi_has_field(table, offset, 1) ? table->at[offset] : 0;
}

static inline uint16_t acpi_u16(const struct acpi_table *table, uint32_t offset)
{
	return acpi_has_field(table, offset, 2) ? get_u16(table->at + offset) : 0;
}

static inline uint32_t acpi_u32(const struct acpi_table *table, uint32_t offset)
{
	return acpi_has_field(table, offset, 4) ? get_u32(table->at + offset) : 0;
}

static inline uint64_t acpi_u64(const struct acpi_table *table, uint32_t offset)
{
	return acpi_has_field(table, offset, 8) ? get_u64(table->at + offset) : 0;
}
