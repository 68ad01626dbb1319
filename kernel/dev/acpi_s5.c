/*
 * How the machine is switched off: the package _S5 of the DSDT (ACPI 7.4.2.6), whose first numbers
 * go into the PM1 control registers. It is looked for among the table's bytes, without
 * interpreting them (encoding: chapter 20).
 */
#include "dev/acpi_table.h"

#define AML_ZERO    0x00
#define AML_ONE	    0x01
#define AML_NAME    0x08
#define AML_BYTE    0x0a
#define AML_WORD    0x0b
#define AML_DWORD   0x0c
#define AML_PACKAGE 0x12
#define AML_ROOT    0x5c /* '\', before the name */

#define NAME_SIZE    4
#define NAME	     0x5f35535fU /* "_S5_" */
#define SLP_TYPE_MAX 7		 /* three bits: table 4.16 */

/* The package whose length begins at `offset`: what lies behind its length (20.2.4). */
static struct bytes package_at(const struct bytes *aml, uint32_t offset)
{
	uint8_t lead = bytes_u8(aml, offset);
	uint32_t more = lead >> 6, length = lead & (more ? 0xf : 0x3f);

	for (uint32_t i = 0; i < more; i++)
		length |= (uint32_t)bytes_u8(aml, offset + 1 + i) << (4 + 8 * i);
	/* The length counts its own bytes too. */
	if (length <= more)
		return bytes_part(aml, offset, 0);
	return bytes_part(aml, offset + 1 + more, length - 1 - more);
}

/* The integer at `*offset` (20.2.3), which then stands behind it; false when there is none. */
static bool read_integer(const struct bytes *package, uint32_t *offset, uint32_t *value)
{
	uint8_t kind = bytes_u8(package, *offset);
	uint32_t at = *offset + 1, size = 0;

	if (kind == AML_ZERO || kind == AML_ONE)
		*value = kind;
	else if (kind == AML_BYTE)
		*value = bytes_u8(package, at), size = 1;
	else if (kind == AML_WORD)
		*value = bytes_u16(package, at), size = 2;
	else if (kind == AML_DWORD)
		*value = bytes_u32(package, at), size = 4;
	else
		return false;
	*offset = at + size;
	return bytes_has(package, 0, *offset);
}

/* A package of one number has both types in it, as its bytes. */
static bool read_types(const struct bytes *package, struct acpi_sleep_info *info)
{
	uint32_t offset = 1, a = 0, b = 0;

	if (!read_integer(package, &offset, &a))
		return false;
	if (bytes_u8(package, 0) == 1) {
		b = a >> 8 & 0xff;
		a &= 0xff;
	} else if (!read_integer(package, &offset, &b)) {
		return false;
	}
	if (a > SLP_TYPE_MAX || b > SLP_TYPE_MAX)
		return false;
	*info = (struct acpi_sleep_info){.present = true, (uint8_t)a, (uint8_t)b};
	return true;
}

/* Is the name at `offset` defined there, as a package? */
static bool is_definition(const struct bytes *aml, uint32_t offset)
{
	if (bytes_u8(aml, offset + NAME_SIZE) != AML_PACKAGE)
		return false;
	if (bytes_u8(aml, offset - 1) == AML_NAME)
		return true;
	return bytes_u8(aml, offset - 1) == AML_ROOT && bytes_u8(aml, offset - 2) == AML_NAME;
}

void acpi_parse_dsdt(const struct acpi_access *access, const struct acpi_table *table,
		     struct acpi_sleep_info *info)
{
	const struct bytes *aml = &table->bytes;

	for (uint32_t at = ACPI_HEADER_SIZE; at + NAME_SIZE < bytes_size(aml); at++) {
		struct bytes package;

		if (bytes_u8(aml, at) != '_' || bytes_u32(aml, at) != NAME ||
		    !is_definition(aml, at))
			continue;
		package = package_at(aml, at + NAME_SIZE + 1);
		if (read_types(&package, info))
			return;
		access->tell(access->ctx, "ACPI: DSDT: _S5 at %u holds no sleep types", at);
	}
}
