/*
 * The fixed ACPI description table (ACPI 5.2.9), whose length grew with each revision: a field that
 * is not there counts as 0. And the small table of the HPET.
 */
#include "dev/acpi_table.h"

/* Offsets of fields, bytes (table 5.9). */
#define FADT_DSDT	 40
#define FADT_SCI_INT	 46
#define FADT_SMI_CMD	 48
#define FADT_ACPI_ENABLE 52
#define FADT_PM1A_CNT	 64
#define FADT_PM1B_CNT	 68
#define FADT_PM_TMR	 76
#define FADT_PM_TMR_LEN	 91
#define FADT_CENTURY	 108
#define FADT_BOOT_ARCH	 109
#define FADT_FLAGS	 112
#define FADT_RESET_REG	 116
#define FADT_RESET_VALUE 128
#define FADT_X_DSDT	 140
#define FADT_X_PM_TMR	 208
#define FADT_SLEEP_CNT	 244

/* 5.2.9.3, from revision 3 on. */
#define BOOT_ARCH_REVISION 3
#define BOOT_ARCH_LEGACY   (1U << 0)
#define BOOT_ARCH_8042	   (1U << 1)
#define BOOT_ARCH_NO_VGA   (1U << 2)
#define BOOT_ARCH_NO_RTC   (1U << 5)

/* Table 5.10. */
#define FLAG_TMR_VAL_EXT (1U << 8)
#define FLAG_RESET_REG	 (1U << 10)
#define FLAG_HW_REDUCED	 (1U << 20)

#define PORT_MAX 0xffffU

/* A generic address structure, 5.2.3.2; ACPI_SPACE_NONE when it names no usable register. */
static struct acpi_register parse_register(const struct acpi_table *table, uint32_t offset)
{
	struct acpi_register reg = {
		.bits = bytes_u8(&table->bytes, offset + 1),
		.address = bytes_u64(&table->bytes, offset + 4),
	};
	uint8_t space = bytes_u8(&table->bytes, offset);

	if (reg.address == 0)
		return reg;
	if (space == 0)
		reg.space = ACPI_SPACE_MEMORY;
	else if (space == 1 && reg.address <= PORT_MAX)
		reg.space = ACPI_SPACE_PORT;
	return reg;
}

/* A port of the fixed hardware; 0 when it names none. */
static uint32_t parse_port(const struct acpi_table *table, uint32_t offset)
{
	uint32_t port = bytes_u32(&table->bytes, offset);

	return port <= PORT_MAX ? port : 0;
}

/* 4.8.3.3: the extended field counts, the old one only where that is not there. */
static void parse_pm_timer(const struct acpi_table *table, uint32_t flags,
			   struct acpi_fadt_info *info)
{
	uint32_t port = parse_port(table, FADT_PM_TMR);

	info->pm_timer_bits = (flags & FLAG_TMR_VAL_EXT) ? 32 : 24;
	if (info->hw_reduced)
		return;
	info->pm_timer = parse_register(table, FADT_X_PM_TMR);
	if (info->pm_timer.space == ACPI_SPACE_NONE && port != 0 &&
	    bytes_u8(&table->bytes, FADT_PM_TMR_LEN) == 4)
		info->pm_timer = (struct acpi_register){ACPI_SPACE_PORT, 32, port};
}

/* Which legacy devices there are; tables older than the flags mean that all may be. */
static void parse_boot_arch(const struct acpi_table *table, struct acpi_fadt_info *info)
{
	uint16_t arch = bytes_u16(&table->bytes, FADT_BOOT_ARCH);
	uint8_t revision = bytes_u8(&table->bytes, 8);

	if (revision < BOOT_ARCH_REVISION || !bytes_has(&table->bytes, FADT_BOOT_ARCH, 2))
		arch = BOOT_ARCH_LEGACY | BOOT_ARCH_8042;
	info->legacy_devices = (arch & BOOT_ARCH_LEGACY) != 0;
	info->i8042 = (arch & BOOT_ARCH_8042) != 0;
	info->no_vga = (arch & BOOT_ARCH_NO_VGA) != 0;
	info->no_cmos_rtc = (arch & BOOT_ARCH_NO_RTC) != 0;
}

void acpi_parse_fadt(const struct acpi_access *access, const struct acpi_table *table,
		     struct acpi_fadt_info *info)
{
	uint32_t flags = bytes_u32(&table->bytes, FADT_FLAGS);
	uint64_t dsdt = bytes_u64(&table->bytes, FADT_X_DSDT);

	if (!bytes_has(&table->bytes, FADT_PM_TMR, 4))
		access->tell(access->ctx, "ACPI: FADT: only %u bytes", bytes_size(&table->bytes));
	info->present = true;
	info->hw_reduced = (flags & FLAG_HW_REDUCED) != 0;
	info->century = bytes_u8(&table->bytes, FADT_CENTURY);
	info->sci_irq = bytes_u16(&table->bytes, FADT_SCI_INT);
	info->smi_cmd = parse_port(table, FADT_SMI_CMD);
	info->acpi_enable = bytes_u8(&table->bytes, FADT_ACPI_ENABLE);
	info->pm1a_cnt = parse_port(table, FADT_PM1A_CNT);
	info->pm1b_cnt = parse_port(table, FADT_PM1B_CNT);
	info->dsdt = PADDR(dsdt != 0 ? dsdt : bytes_u32(&table->bytes, FADT_DSDT));
	if (info->hw_reduced)
		info->sleep_control = parse_register(table, FADT_SLEEP_CNT);
	parse_boot_arch(table, info);
	parse_pm_timer(table, flags, info);
	if (flags & FLAG_RESET_REG) {
		info->reset = parse_register(table, FADT_RESET_REG);
		info->reset_value = bytes_u8(&table->bytes, FADT_RESET_VALUE);
	}
}

/* IA-PC HPET 1.0a, 3.2.4 */
#define HPET_ID	      36
#define HPET_ADDRESS  40
#define HPET_NUMBER   52
#define HPET_MIN_TICK 53
#define HPET_SIZE     56

void acpi_parse_hpet(const struct acpi_access *access, const struct acpi_table *table,
		     struct acpi_hpet_info *info)
{
	struct acpi_register reg = parse_register(table, HPET_ADDRESS);

	if (bytes_size(&table->bytes) < HPET_SIZE || reg.space != ACPI_SPACE_MEMORY) {
		access->tell(access->ctx, "ACPI: HPET: no registers in %u bytes, ignored",
			     bytes_size(&table->bytes));
		return;
	}
	info->present = true;
	info->id = bytes_u32(&table->bytes, HPET_ID);
	info->number = bytes_u8(&table->bytes, HPET_NUMBER);
	info->min_tick = bytes_u16(&table->bytes, HPET_MIN_TICK);
	info->addr = PADDR(reg.address);
}
