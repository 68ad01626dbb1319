/* From the root pointer to the single tables: see acpi_tables.h. */
#include "dev/acpi_tables.h"

#include "dev/acpi_table.h"
#include "lib/crc32.h"
#include "lib/string.h"

#define TABLE_SIZE_MAX MIB(1) /* no table that is read here comes near it */
#define ROOT_COUNT_MAX 256    /* tables in one list */

/* The root pointer, 5.2.5.3. */
#define RSDP_SIGNATURE "RSD PTR "
#define RSDP_SIZE_1    20
#define RSDP_SIZE_2    36

/* The sum of the first `n` bytes, which is 0 for what is sound. */
static uint8_t byte_sum(const struct bytes *bytes, uint32_t n)
{
	uint8_t sum = 0;

	for (uint32_t i = 0; i < n; i++)
		sum = (uint8_t)(sum + bytes_u8(bytes, i));
	return sum;
}

/* Whether the bytes begin with the `n` characters of `text`. */
static bool begins_with(const struct bytes *bytes, const char *text, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		if (bytes_u8(bytes, i) != (uint8_t)text[i])
			return false;
	}
	return true;
}

static bool has_name(const struct bytes *header, const char *name)
{
	return begins_with(header, name, 4);
}

/* Keep the signature for messages, with what is not printable made a question mark. */
static void copy_name(char name[5], const struct bytes *header)
{
	for (uint32_t i = 0; i < 4; i++) {
		uint8_t c = bytes_u8(header, i);

		name[i] = (char)(c >= ' ' && c <= '~' ? c : '?');
	}
	name[4] = '\0';
}

static uint32_t crc_of(const struct bytes *bytes)
{
	return crc32(0, bytes->base + bytes->start, bytes_size(bytes));
}

/* The `size` bytes at `addr`; without a base when they cannot be read. */
static struct bytes map_bytes(const struct acpi_access *access, paddr_t addr, uint32_t size)
{
	const void *mapped = access->map(access->ctx, addr, size);

	return bytes_of(mapped, size);
}

/*
 * Map the whole table whose header is at `addr` and has been read as `header`. The header is
 * checked again in the new mapping, because only that is known to be covered by it. The table's
 * bytes are without a base when it cannot be used (told).
 */
static struct acpi_table map_table(const struct acpi_access *access, paddr_t addr,
				   const struct bytes *header)
{
	struct acpi_table table = {.bytes = bytes_of(NULL, 0)};
	uint32_t length = bytes_u32(header, 4);
	struct bytes all;

	copy_name(table.name, header);
	if (length < ACPI_HEADER_SIZE || length > TABLE_SIZE_MAX) {
		access->tell(access->ctx, "ACPI: %s at 0x%lx: length %u, header CRC %08x, ignored",
			     table.name, addr.raw, length, crc_of(header));
		return table;
	}
	all = map_bytes(access, addr, length);
	if (!all.base || !has_name(&all, table.name) || bytes_u32(&all, 4) != length) {
		access->tell(
			access->ctx,
			"ACPI: %s at 0x%lx: %u bytes, header CRC %08x, cannot be read, ignored",
			table.name, addr.raw, length, crc_of(header));
		return table;
	}
	access->tell(access->ctx, "ACPI: %s at 0x%lx: %u bytes, CRC %08x%s", table.name, addr.raw,
		     length, crc_of(&all),
		     byte_sum(&all, length) ? ", wrong checksum, used all the same" : "");
	table.bytes = all;
	return table;
}

/* Where it is kept whether the table with this header is there; NULL: it is none that is read. */
static bool *presence_of(const struct bytes *header, struct acpi_info *info)
{
	if (has_name(header, "APIC"))
		return &info->madt.present;
	if (has_name(header, "FACP"))
		return &info->fadt.present;
	if (has_name(header, "HPET"))
		return &info->hpet.present;
	if (has_name(header, "SRAT"))
		return &info->srat.present;
	if (has_name(header, "MCFG"))
		return &info->mcfg.present;
	if (has_name(header, "DMAR"))
		return &info->iommu.dmar_present;
	if (has_name(header, "IVRS"))
		return &info->iommu.ivrs_present;
	return NULL;
}

/* Whether the table with this header is one of those that are read, and the first of its kind. */
static bool is_wanted(const struct acpi_access *access, paddr_t addr, const struct bytes *header,
		      struct acpi_info *info)
{
	const bool *present = presence_of(header, info);
	char name[5];

	if (present && !*present)
		return true;
	copy_name(name, header);
	access->tell(access->ctx, "ACPI: %s at 0x%lx: %u bytes, header CRC %08x, %s", name,
		     addr.raw, bytes_u32(header, 4), crc_of(header),
		     present ? "a second one, ignored" : "not used");
	return false;
}

/* Read a table that is wanted. */
static void read_table(const struct acpi_access *access, const struct acpi_table *table,
		       struct acpi_info *info)
{
	const struct bytes *bytes = &table->bytes;

	if (has_name(bytes, "APIC"))
		acpi_parse_madt(access, table, &info->madt);
	else if (has_name(bytes, "FACP"))
		acpi_parse_fadt(access, table, &info->fadt);
	else if (has_name(bytes, "HPET"))
		acpi_parse_hpet(access, table, &info->hpet);
	else if (has_name(bytes, "SRAT"))
		acpi_parse_srat(access, table, &info->srat);
	else if (has_name(bytes, "MCFG"))
		acpi_parse_mcfg(access, table, &info->mcfg);
	else if (has_name(bytes, "DMAR"))
		acpi_parse_dmar(access, table, &info->iommu);
	else
		acpi_parse_ivrs(access, table, &info->iommu);
}

/* Read the table at `addr` if it is wanted. */
static void parse_table(const struct acpi_access *access, paddr_t addr, struct acpi_info *info)
{
	struct bytes header = map_bytes(access, addr, ACPI_HEADER_SIZE);
	struct acpi_table table;

	if (!header.base) {
		access->tell(access->ctx, "ACPI: table at 0x%lx cannot be read, ignored", addr.raw);
		return;
	}
	if (!is_wanted(access, addr, &header, info))
		return;
	table = map_table(access, addr, &header);
	if (table.bytes.base)
		read_table(access, &table, info);
}

/* Whether the header at `addr` could be read and is that of table `name`; told if not. */
static bool is_headed(const struct acpi_access *access, paddr_t addr, const struct bytes *header,
		      const char *name)
{
	if (!header->base)
		access->tell(access->ctx, "ACPI: no %s at 0x%lx", name, addr.raw);
	else if (!has_name(header, name))
		access->tell(access->ctx, "ACPI: no %s at 0x%lx, header CRC %08x", name, addr.raw,
			     crc_of(header));
	return header->base && has_name(header, name);
}

/* The table that the FADT names holds more than is read here: only how to switch off. */
static void parse_dsdt(const struct acpi_access *access, struct acpi_info *info)
{
	paddr_t addr = info->fadt.dsdt;
	struct acpi_table table;
	struct bytes header;

	if (addr.raw == 0)
		return;
	header = map_bytes(access, addr, ACPI_HEADER_SIZE);
	if (!is_headed(access, addr, &header, "DSDT"))
		return;
	table = map_table(access, addr, &header);
	if (table.bytes.base)
		acpi_parse_dsdt(access, &table, &info->sleep);
}

/* Visit the tables of a list with addresses of `entry_size` bytes, 4 or 8 (5.2.7, 5.2.8). */
static void parse_list(const struct acpi_access *access, const struct acpi_table *list,
		       uint32_t entry_size, struct acpi_info *info)
{
	uint32_t bytes = bytes_size(&list->bytes) - ACPI_HEADER_SIZE;
	uint32_t count = bytes / entry_size, zeros = 0;

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
		uint64_t addr = entry_size == 8 ? bytes_u64(&list->bytes, offset)
						: bytes_u32(&list->bytes, offset);

		if (addr == 0)
			zeros++;
		else
			parse_table(access, PADDR(addr), info);
	}
	if (zeros)
		access->tell(access->ctx, "ACPI: %s: %u entries are zero, ignored", list->name,
			     zeros);
}

/* Read the list `name` at `addr` and its tables; false (told) when it cannot be used. */
static bool parse_root(const struct acpi_access *access, const char *name, paddr_t addr,
		       struct acpi_info *info)
{
	struct acpi_table list;
	struct bytes header;

	if (addr.raw == 0)
		return false;
	header = map_bytes(access, addr, ACPI_HEADER_SIZE);
	if (!is_headed(access, addr, &header, name))
		return false;
	list = map_table(access, addr, &header);
	if (!list.bytes.base)
		return false;
	parse_list(access, &list, name[0] == 'X' ? 8 : 4, info);
	return true;
}

static bool has_sound_sums(const struct bytes *rsdp)
{
	bool extended = bytes_u8(rsdp, 15) >= 2 && bytes_size(rsdp) >= RSDP_SIZE_2;

	return byte_sum(rsdp, RSDP_SIZE_1) == 0 && (!extended || byte_sum(rsdp, RSDP_SIZE_2) == 0);
}

/* Tell of the root pointer; false when it is none. */
static bool check_rsdp(const struct acpi_access *access, const struct bytes *rsdp)
{
	if (bytes_size(rsdp) < RSDP_SIZE_1 || !begins_with(rsdp, RSDP_SIGNATURE, 8)) {
		access->tell(access->ctx, "ACPI: no root pointer, CRC %08x", crc_of(rsdp));
		return false;
	}
	access->tell(access->ctx, "ACPI: RSDP: revision %u, CRC %08x%s", bytes_u8(rsdp, 15),
		     crc_of(rsdp),
		     has_sound_sums(rsdp) ? "" : ", wrong checksum, used all the same");
	return true;
}

/* Read what the root pointer leads to; false when that is no list of tables. */
static bool parse_lists(const struct acpi_access *access, const struct bytes *root,
			struct acpi_info *info)
{
	if (info->revision >= 2 && bytes_size(root) >= RSDP_SIZE_2 &&
	    parse_root(access, "XSDT", PADDR(bytes_u64(root, 24)), info))
		return true;
	return parse_root(access, "RSDT", PADDR(bytes_u32(root, 16)), info);
}

int acpi_parse(const struct acpi_access *access, const uint8_t *rsdp, uint32_t size,
	       struct acpi_info *info)
{
	struct bytes root = bytes_of(rsdp, size);

	memset(info, 0, sizeof(*info));
	if (!check_rsdp(access, &root))
		return -1;
	info->revision = bytes_u8(&root, 15);
	if (!parse_lists(access, &root, info)) {
		access->tell(access->ctx, "ACPI: no list of tables");
		return -1;
	}
	if (info->fadt.present)
		parse_dsdt(access, info);
	return 0;
}
