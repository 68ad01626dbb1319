// sources: kernel/dev/acpi_tables.c kernel/lib/crc32.c kernel/dev/acpi_madt.c
// sources: kernel/dev/acpi_fadt.c
// sources: kernel/dev/acpi_s5.c kernel/dev/acpi_srat.c kernel/dev/acpi_mcfg.c
// sources: kernel/dev/acpi_iommu.c
// options: -eva-precision 1
// variants: -DTABLE=36 -DTABLE=45 -DTABLE=244 -DTABLE=0x100000
/*
 * The ACPI reader under any bytes. What it maps is a header, or a table of the TABLE bytes that its
 * header promises, each in a buffer of just its size. Headers that promise something else lead to
 * no table.
 */
#include "dev/acpi_tables.h"
#include "eva.h"

#define HEADER 36

static uint8_t header[HEADER];
static uint8_t table[TABLE];
static bool honest; /* headers promise TABLE bytes */

static const void *any_header(void)
{
	Frama_C_make_unknown((char *)header, HEADER);
	if (honest) {
		header[4] = TABLE & 0xff;
		header[5] = TABLE >> 8 & 0xff;
		header[6] = TABLE >> 16;
		header[7] = 0;
	}
	return header;
}

static const void *any_map(void *ctx, paddr_t addr, uint64_t size)
{
	(void)ctx;
	(void)addr;
	if (any_bool())
		return NULL;
	if (size == HEADER)
		return any_header();
	if (!honest)
		return NULL;
	/*@ assert size == TABLE; */
	Frama_C_make_unknown((char *)table, TABLE);
	return table;
}

static struct acpi_info info;

int main(void)
{
	struct acpi_access access = {any_map, any_tell, NULL};
	uint8_t rsdp[HEADER];
	uint8_t old_rsdp[20];

	honest = any_bool();
	//@ split honest;
	Frama_C_make_unknown((char *)rsdp, sizeof(rsdp));
	Frama_C_make_unknown((char *)old_rsdp, sizeof(old_rsdp));
	if (any_bool())
		acpi_parse(&access, rsdp, sizeof(rsdp), &info);
	else
		acpi_parse(&access, old_rsdp, sizeof(old_rsdp), &info);
	return 0;
}
