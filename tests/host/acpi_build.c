/* Builds ACPI tables: see acpi_build.h. */
#include "acpi_build.h"

#include <stdlib.h>

#include "told.h"

static uint8_t bytes[1 << 16];
static uint32_t used;

struct acpi_memory acpi_memory = {.base = 0x7ffe0000, .bytes = bytes, .size = sizeof(bytes)};
uint8_t acpi_rsdp[36];
size_t acpi_rsdp_size;

void acpi_build_begin(void)
{
	memset(bytes, 0, sizeof(bytes));
	used = 0;
	acpi_memory.changing = 0;
}

/* Make all `n` bytes add up to zero by the one at `sum`. */
static void set_checksum(uint8_t *start, uint8_t *sum, size_t n)
{
	uint8_t total = 0;

	*sum = 0;
	for (size_t i = 0; i < n; i++)
		total = (uint8_t)(total + start[i]);
	*sum = (uint8_t)-total;
}

uint64_t acpi_build_table(const char *name, uint8_t revision, const void *body, uint32_t n)
{
	uint32_t length = 36 + n;
	uint8_t *at = bytes + used;

	if (length > sizeof(bytes) - used)
		abort();
	memcpy(at, name, 4);
	memcpy(at + 4, &length, 4);
	at[8] = revision;
	memcpy(at + 10, "STOA  TESTING ", 14);
	if (n > 0)
		memcpy(at + 36, body, n);
	set_checksum(at, at + 9, length);
	used += length + 3; /* not aligned, as tables are not */
	return acpi_memory.base + (uint64_t)(at - bytes);
}

uint64_t acpi_build_list(const char *name, const uint64_t *addrs, uint32_t n)
{
	uint32_t width = name[0] == 'X' ? 8 : 4;
	uint8_t body[8 * 512];

	for (uint32_t i = 0; i < n; i++)
		memcpy(body + (size_t)i * width, &addrs[i], width);
	return acpi_build_table(name, 1, body, n * width);
}

void acpi_build_rsdp(uint8_t revision, uint64_t rsdt, uint64_t xsdt)
{
	uint32_t length = 36;

	memset(acpi_rsdp, 0, sizeof(acpi_rsdp));
	memcpy(acpi_rsdp, "RSD PTR ", 8);
	memcpy(acpi_rsdp + 9, "STOA  ", 6);
	acpi_rsdp[15] = revision;
	memcpy(acpi_rsdp + 16, &rsdt, 4);
	memcpy(acpi_rsdp + 20, &length, 4);
	memcpy(acpi_rsdp + 24, &xsdt, 8);
	set_checksum(acpi_rsdp, acpi_rsdp + 8, 20);
	set_checksum(acpi_rsdp, acpi_rsdp + 32, 36);
	acpi_rsdp_size = revision >= 2 ? 36 : 20;
}

uint8_t *acpi_build_at(uint64_t addr)
{
	return bytes + (addr - acpi_memory.base);
}

int acpi_build_parse(struct acpi_info *info)
{
	struct acpi_access access = {acpi_memory_map, told, &acpi_memory};
	uint8_t *rsdp = malloc(acpi_rsdp_size + 1);
	int result;

	memcpy(rsdp + 1, acpi_rsdp, acpi_rsdp_size);
	told_reset();
	result = acpi_parse(&access, rsdp + 1, acpi_rsdp_size, info);
	free(rsdp);
	acpi_memory_free(&acpi_memory);
	return result;
}
