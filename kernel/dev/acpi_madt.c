/* The multiple APIC description table, ACPI 5.2.12. */
#include "dev/acpi_table.h"

#define MADT_FIXED_SIZE	 44 /* header, address of the local APICs, flags; entries follow */
#define MADT_PCAT_COMPAT 1U
#define CPU_ENABLED	 1U

/* IDs that address all APICs, so that no single one can have them. */
#define XAPIC_ID_BROADCAST  0xffU
#define X2APIC_ID_BROADCAST 0xffffffffU

/* Types of entries, table 5.21. */
enum madt_type {
	MADT_LAPIC = 0,
	MADT_IOAPIC = 1,
	MADT_OVERRIDE = 2,
	MADT_NMI_SOURCE = 3,
	MADT_LAPIC_NMI = 4,
	MADT_LAPIC_ADDR = 5,
	MADT_X2APIC = 9,
	MADT_X2APIC_NMI = 10,
	MADT_TYPE_COUNT
};

/* How long an entry must be; those that are not listed are skipped by their own length. */
static const uint8_t entry_sizes[MADT_TYPE_COUNT] = {
	[MADT_LAPIC] = 8,     [MADT_IOAPIC] = 12,     [MADT_OVERRIDE] = 10, [MADT_NMI_SOURCE] = 8,
	[MADT_LAPIC_NMI] = 6, [MADT_LAPIC_ADDR] = 12, [MADT_X2APIC] = 16,   [MADT_X2APIC_NMI] = 12,
};

struct parser {
	const struct acpi_access *access;
	struct acpi_madt_info *info;
};

/* Whether there is room for one more; told when not. */
static bool has_room(const struct parser *p, unsigned count, unsigned max, const char *what)
{
	if (count < max)
		return true;
	p->access->tell(p->access->ctx, "ACPI: MADT: more than %u %s, one ignored", max, what);
	return false;
}

static bool cpu_is_listed(const struct acpi_madt_info *info, uint32_t apic_id)
{
	for (unsigned i = 0; i < info->n_cpus; i++) {
		if (info->cpus[i].apic_id == apic_id)
			return true;
	}
	return false;
}

/* Add a CPU if it is enabled, and its APIC ID is possible and was not listed before. */
static void add_cpu(const struct parser *p, const struct acpi_cpu *cpu, uint32_t flags)
{
	struct acpi_madt_info *info = p->info;
	uint32_t broadcast = cpu->x2apic ? X2APIC_ID_BROADCAST : XAPIC_ID_BROADCAST;

	info->cpus_seen++;
	if ((flags & CPU_ENABLED) == 0 || cpu->apic_id == broadcast)
		info->cpus_disabled++;
	else if (cpu_is_listed(info, cpu->apic_id))
		info->cpus_double++;
	else if (info->n_cpus >= ACPI_CPUS_MAX)
		info->cpus_ignored++;
	else
		info->cpus[info->n_cpus++] = *cpu;
}

/* 5.2.12.2 */
static void parse_lapic(const struct parser *p, const struct bytes *entry)
{
	struct acpi_cpu cpu = {.acpi_uid = bytes_u8(entry, 2), .apic_id = bytes_u8(entry, 3)};

	add_cpu(p, &cpu, bytes_u32(entry, 4));
}

/* 5.2.12.12 */
static void parse_x2apic(const struct parser *p, const struct bytes *entry)
{
	struct acpi_cpu cpu = {
		.apic_id = bytes_u32(entry, 4),
		.acpi_uid = bytes_u32(entry, 12),
		.x2apic = true,
	};

	add_cpu(p, &cpu, bytes_u32(entry, 8));
}

/* 5.2.12.3 */
static void parse_ioapic(const struct parser *p, const struct bytes *entry)
{
	struct acpi_madt_info *info = p->info;

	if (!has_room(p, info->n_ioapics, ACPI_IOAPICS_MAX, "I/O APICs"))
		return;
	info->ioapics[info->n_ioapics++] = (struct acpi_ioapic){
		.id = bytes_u8(entry, 2),
		.addr = PADDR(bytes_u32(entry, 4)),
		.gsi_base = bytes_u32(entry, 8),
	};
}

/* 5.2.12.5 */
static void parse_override(const struct parser *p, const struct bytes *entry)
{
	struct acpi_madt_info *info = p->info;

	if (!has_room(p, info->n_overrides, ACPI_OVERRIDES_MAX, "interrupt overrides"))
		return;
	info->overrides[info->n_overrides++] = (struct acpi_override){
		.irq = bytes_u8(entry, 3),
		.gsi = bytes_u32(entry, 4),
		.flags = bytes_u16(entry, 8),
	};
}

/* 5.2.12.6 */
static void parse_nmi_source(const struct parser *p, const struct bytes *entry)
{
	struct acpi_madt_info *info = p->info;

	if (!has_room(p, info->n_nmi_sources, ACPI_IOAPICS_MAX, "NMI sources"))
		return;
	info->nmi_sources[info->n_nmi_sources++] = (struct acpi_nmi_source){
		.flags = bytes_u16(entry, 2),
		.gsi = bytes_u32(entry, 4),
	};
}

static void add_lapic_nmi(const struct parser *p, uint32_t uid, uint16_t flags, uint8_t lint)
{
	struct acpi_madt_info *info = p->info;

	if (lint > 1) {
		p->access->tell(p->access->ctx, "ACPI: MADT: NMI at LINT%u, ignored", lint);
		return;
	}
	if (!has_room(p, info->n_lapic_nmis, ACPI_NMIS_MAX, "local NMIs"))
		return;
	info->lapic_nmis[info->n_lapic_nmis++] = (struct acpi_lapic_nmi){
		.acpi_uid = uid,
		.flags = flags,
		.lint = lint,
	};
}

/* Read one entry of known type and sufficient length. */
static void parse_entry(const struct parser *p, const struct bytes *entry)
{
	uint8_t uid = bytes_u8(entry, 2);

	switch (bytes_u8(entry, 0)) {
	case MADT_LAPIC:
		parse_lapic(p, entry);
		break;
	case MADT_X2APIC:
		parse_x2apic(p, entry);
		break;
	case MADT_IOAPIC:
		parse_ioapic(p, entry);
		break;
	case MADT_OVERRIDE:
		parse_override(p, entry);
		break;
	case MADT_NMI_SOURCE:
		parse_nmi_source(p, entry);
		break;
	case MADT_LAPIC_NMI: /* 5.2.12.7; the UID has 8 bits here, 0xff for all */
		add_lapic_nmi(p, uid == 0xff ? ACPI_UID_ALL : uid, bytes_u16(entry, 3),
			      bytes_u8(entry, 5));
		break;
	case MADT_X2APIC_NMI: /* 5.2.12.13 */
		add_lapic_nmi(p, bytes_u32(entry, 4), bytes_u16(entry, 2), bytes_u8(entry, 8));
		break;
	case MADT_LAPIC_ADDR: /* 5.2.12.8 */
		p->info->lapic_addr = PADDR(bytes_u64(entry, 4));
		break;
	default:
		break;
	}
}

/*
 * Visit the entries. One that is too short for its type, or longer than the rest of the table, ends
 * the visit: where the next one begins cannot be known then.
 */
static void parse_entries(const struct parser *p, const struct bytes *table)
{
	uint32_t at = MADT_FIXED_SIZE;

	/*@ loop invariant p->info->n_cpus <= ACPI_CPUS_MAX; */
	while (at < bytes_size(table)) {
		uint32_t left = bytes_size(table) - at;
		uint8_t type = bytes_u8(table, at);
		uint32_t length = bytes_u8(table, at + 1);
		uint32_t min = type < MADT_TYPE_COUNT ? entry_sizes[type] : 0;
		struct bytes entry = bytes_part(table, at, length);

		if (length < MAX(min, 2U) || length > left) {
			p->access->tell(
				p->access->ctx,
				"ACPI: MADT: entry of type %u at offset %u has %u bytes, stopped",
				type, at, length);
			return;
		}
		parse_entry(p, &entry);
		at += length;
	}
}

void acpi_parse_madt(const struct acpi_access *access, const struct acpi_table *table,
		     struct acpi_madt_info *info)
{
	struct parser parser = {.access = access, .info = info};

	if (bytes_size(&table->bytes) < MADT_FIXED_SIZE) {
		access->tell(access->ctx, "ACPI: MADT: only %u bytes, ignored",
			     bytes_size(&table->bytes));
		return;
	}
	info->present = true;
	info->lapic_addr = PADDR(bytes_u32(&table->bytes, 36));
	info->has_8259 = (bytes_u32(&table->bytes, 40) & MADT_PCAT_COMPAT) != 0;
	parse_entries(&parser, &table->bytes);
	if (info->cpus_double != 0)
		access->tell(access->ctx,
			     "ACPI: MADT: %u CPUs with an APIC ID listed before, ignored",
			     info->cpus_double);
	if (info->cpus_ignored != 0)
		access->tell(access->ctx, "ACPI: MADT: %u CPUs beyond %u, ignored",
			     info->cpus_ignored, ACPI_CPUS_MAX);
}
