/* The system resource affinity table, ACPI 5.2.16: which CPUs and which memory are near. */
#include "dev/acpi_table.h"

#define SRAT_FIXED_SIZE 48 /* header and reserved fields; entries follow */
#define ENABLED		1U

/* Types of entries, 5.2.16.1 to 5.2.16.3, and their lengths. */
#define SRAT_LAPIC  0
#define SRAT_MEMORY 1
#define SRAT_X2APIC 2

static uint32_t size_of_type(uint8_t type)
{
	switch (type) {
	case SRAT_LAPIC:
		return 16;
	case SRAT_MEMORY:
		return 40;
	case SRAT_X2APIC:
		return 24;
	default:
		return 2; /* skipped by its own length */
	}
}

/* The node of a proximity domain, made when it is new; NULL (counted) without room. */
static struct acpi_node *node_of(struct acpi_srat_info *info, uint32_t domain)
{
	for (unsigned i = 0; i < info->n_nodes; i++) {
		if (info->nodes[i].domain == domain)
			return &info->nodes[i];
	}
	if (info->n_nodes >= ACPI_NODES_MAX) {
		info->ignored++;
		return NULL;
	}
	info->nodes[info->n_nodes] = (struct acpi_node){.domain = domain};
	return &info->nodes[info->n_nodes++];
}

static void add_cpu(struct acpi_srat_info *info, uint32_t domain, uint32_t flags)
{
	struct acpi_node *node = (flags & ENABLED) ? node_of(info, domain) : NULL;

	if (node)
		node->cpus++;
}

static void add_memory(struct acpi_srat_info *info, const struct bytes *entry)
{
	struct acpi_node *node = NULL;

	if (bytes_u32(entry, 28) & ENABLED)
		node = node_of(info, bytes_u32(entry, 2));
	if (node)
		node->bytes += bytes_u64(entry, 16);
}

/* The domain of an old entry is in two places. */
static uint32_t lapic_domain(const struct bytes *entry)
{
	return bytes_u8(entry, 2) | (bytes_u32(entry, 8) & ~0xffU);
}

static void parse_entry(const struct bytes *entry, struct acpi_srat_info *info)
{
	switch (bytes_u8(entry, 0)) {
	case SRAT_LAPIC:
		add_cpu(info, lapic_domain(entry), bytes_u32(entry, 4));
		return;
	case SRAT_MEMORY:
		add_memory(info, entry);
		return;
	case SRAT_X2APIC:
		add_cpu(info, bytes_u32(entry, 4), bytes_u32(entry, 12));
		return;
	}
}

void acpi_parse_srat(const struct acpi_access *access, const struct acpi_table *table,
		     struct acpi_srat_info *info)
{
	struct bytes rest = bytes_from(&table->bytes, SRAT_FIXED_SIZE);

	info->present = true;
	/*@ loop invariant info->n_nodes <= ACPI_NODES_MAX; */
	while (bytes_size(&rest) > 0) {
		uint32_t length = bytes_u8(&rest, 1);
		struct bytes entry = bytes_part(&rest, 0, length);

		if (length < size_of_type(bytes_u8(&rest, 0)) || length > bytes_size(&rest)) {
			access->tell(access->ctx, "ACPI: SRAT: entry of %u bytes, the rest ignored",
				     length);
			return;
		}
		parse_entry(&entry, info);
		rest = bytes_from(&rest, length);
	}
}
