/* From the root pointer to the single tables: see acpi_tables.h. */
#include "dev/acpi_tables.h"

#include "dev/acpi_table.h"
#include "lib/string.h"

#define TABLE_SIZE_MAX MIB(1) /* no table that is read here comes near it */
#define ROOT_COUNT_MAX 256    /* tables in one list */

/* The root pointer, 5.2.5.3. */
#define RSDP_SIGNATURE "RSD PTR "
#define RSDP_SIZE_1    20
#define RSDP_SIZE_2    36

/* The sum of all bytes, which is 0 for a sound table. */
static uint8_t byte_sum(const uint8_t *bytes, size_t n)
{
	uint8_t sum = 0;

	for (size_t i = 0; i < n; i++)
		sum = (uint8_t)(sum + bytes[i]);
	return sum;
}

static bool has_name(const uint8_t *header, const char *name)
{
	return memcmp(header, name, 4) == 0;
}

/* Keep the signature for messages, with what is not printable made a question mark. */
static void copy_name(char name[5], const uint8_t *header)
{
	for (int i = 0; i < 4; i++)
		name[i] = (char)(header[i] >= ' ' && header[i] <= '~' ? header[i] : '?');
	name[4] = '\0';
}

/*
 * Map the whole table whose header is at `addr` and has been read as `header`. The header is
 * checked again in the new mapping, because only that is known to be covered by it. False (told)
 * when it cannot be used.
 */
static bool map_table(const struct acpi_access *access, paddr_t addr, const uint8_t *header,
		      struct acpi_table *table)
{
	table->length = get_u32(header + 4);
	copy_name(table->name, header);
	if (table->length < ACPI_HEADER_SIZE || table->length > TABLE_SIZE_MAX) {
		access->tell(access->ctx, "ACPI: %s at 0x%lx: length %u, ignored", table->name,
			     addr.raw, table->length);
		return false;
	}
	table->at = access->map(access->ctx, addr, table->length);
	if (table->at == NULL || !has_name(table->at, table->name) ||
	    get_u32(table->at + 4) != table->length) {
		access->tell(access->ctx, "ACPI: %s at 0x%lx: %u bytes cannot be read, ignored",
			     table->name, addr.raw, table->length);
		return false;
	}
	if (byte_sum(table->at, table->length) != 0)
		access->tell(access->ctx, "ACPI: %s at 0x%lx: wrong checksum, used all the same",
			     table->name, addr.raw);
	return true;
}

/* Whether a table of this kind was there before; told, because only the first is used. */
static bool is_second(const struct acpi_access *access, bool present, const char *name)
{
	if (present)
		access->tell(access->ctx, "ACPI: a second %s, ignored", name);
	return present;
}

/* Read the table at `addr` if it is one of those that are wanted. */
static void parse_table(const struct acpi_access *access, paddr_t addr, struct acpi_info *info)
{
	const uint8_t *header = access->map(access->ctx, addr, ACPI_HEADER_SIZE);
	struct acpi_table table;

	if (header == NULL) {
		access->tell(access->ctx, "ACPI: table at 0x%lx cannot be read, ignored", addr.raw);
	} else if (has_name(header, "APIC")) {
		if (!is_second(access, info->madt.present, "MADT") &&
		    map_table(access, addr, header, &table))
			acpi_parse_madt(access, &table, &info->madt);
	} else if (has_name(header, "FACP")) {
		if (!is_second(access, info->fadt.present, "FADT") &&
		    map_table(access, addr, header, &table))
			acpi_parse_fadt(access, &table, &info->fadt);
	} else if (has_name(header, "HPET")) {
		if (!is_second(access, info->hpet.present, "HPET") &&
		    map_table(access, addr, header, &table))
			acpi_parse_hpet(access, &table, &info->hpet);
	}
}

/* Visit the tables of a list with addresses of `entry_size` bytes, 4 or 8 (5.2.7, 5.2.8). */
static void parse_list(const struct acpi_access *access, const struct acpi_table *list,
		       uint32_t entry_size, struct acpi_info *info)
{
	uint32_t bytes = list->length - ACPI_HEADER_SIZE;
	uint32_t count = bytes / entry_size;

	if (bytes % entry_size != 0)
		access->tell(access->ctx, "ACPI: %s: %u bytes after the last entry", list->name,
			     bytes % entry_size);
	if (count > ROOT_COUNT_MAX) {
		access->tell(access->ctx, "ACPI: %s: %u entries, only %u used", list->name, count,
			     ROOT_COUNT_MAX);
		count = ROOT_COUNT_MAX;
	}
	for (uint32_t i = 0; i < count; i++) {
		uint32_t offset = ACPI_HEADER_SIZE + i * entry_size;
		uint64_t addr = entry_size == 8 ? acpi_u64(list, offset) : acpi_u32(list, offset);

		if (addr == 0)
			access->tell(access->ctx, "ACPI: %s: entry %u is zero, ignored", list->name,
				     i);
		else
			parse_table(access, PADDR(addr), info);
	}
}

/* Read the list `name` at `addr` and its tables; false (told) when it cannot be used. */
static bool parse_root(const struct acpi_access *access, const char *name, paddr_t addr,
		       struct acpi_info *info)
{
	uint32_t entry_size = name[0] == 'X' ? 8 : 4;
	const uint8_t *header;
	struct acpi_table list;

	if (addr.raw == 0)
		return false;
	header = access->map(access->ctx, addr, ACPI_HEADER_SIZE);
	if (header == NULL || !has_name(header, name)) {
		access->tell(access->ctx, "ACPI: no %s at 0x%lx", name, addr.raw);
		return false;
	}
	if (!map_table(access, addr, header, &list))
		return false;
	parse_list(access, &list, entry_size, info);
	return true;
}

/* Tell what is wrong with the root pointer; false when it is none. */
static bool check_rsdp(const struct acpi_access *access, const uint8_t *rsdp, size_t size)
{
	if (size < RSDP_SIZE_1 || memcmp(rsdp, RSDP_SIGNATURE, 8) != 0) {
		access->tell(access->ctx, "ACPI: no root pointer");
		return false;
	}
	if (byte_sum(rsdp, RSDP_SIZE_1) != 0 ||
	    (rsdp[15] >= 2 && size >= RSDP_SIZE_2 && byte_sum(rsdp, RSDP_SIZE_2) != 0))
		access->tell(access->ctx, "ACPI: RSDP: wrong checksum, used all the same");
	return true;
}

int acpi_parse(const struct acpi_access *access, const uint8_t *rsdp, size_t size,
	       struct acpi_info *info)
{
	memset(info, 0, sizeof(*info));
	if (!check_rsdp(access, rsdp, size))
		return -1;
	info->revision = rsdp[15];
	if (info->revision >= 2 && size >= RSDP_SIZE_2 &&
	    parse_root(access, "XSDT", PADDR(get_u64(rsdp + 24)), info))
		return 0;
	if (parse_root(access, "RSDT", PADDR(get_u32(rsdp + 16)), info))
		return 0;
	access->tell(access->ctx, "ACPI: no list of tables");
	return -1;
}
