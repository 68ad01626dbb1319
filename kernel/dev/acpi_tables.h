/*
 * The ACPI tables that say what the machine has: CPUs, interrupt controllers, timers, legacy
 * devices. The tables are untrusted: whatever they say, only mapped bytes are read. Wrong checksums
 * are told and the table is used; a table whose lengths are impossible is told and left out.
 * Sections are those of the ACPI specification 6.5. Pure: the caller maps and tells.
 */
#pragma once

#include "lib/addr.h"
#include "lib/base.h"
#include "lib/tell.h"

#define ACPI_CPUS_MAX	   256
#define ACPI_IOAPICS_MAX   16
#define ACPI_OVERRIDES_MAX 24
#define ACPI_NMIS_MAX	   256 /* machines exist that list one for each CPU */
#define ACPI_NODES_MAX	   64
#define ACPI_ECAMS_MAX	   8
#define ACPI_IOMMUS_MAX	   16

/* What acpi_parse() needs of its caller. */
struct acpi_access {
	/*
	 * The `size` bytes at physical `addr`, readable until acpi_parse() returns; NULL when
	 * they cannot be. May be called often for the same bytes.
	 */
	const void *(*map)(void *ctx, paddr_t addr, uint64_t size);
	tell_fn tell;
	void *ctx; /* for both */
};

/* A CPU that firmware has enabled (5.2.12.2, 5.2.12.12). */
struct acpi_cpu {
	uint32_t apic_id;
	uint32_t acpi_uid;
	bool x2apic; /* listed by an x2APIC entry */
};

/* 5.2.12.3 */
struct acpi_ioapic {
	uint8_t id;
	paddr_t addr;
	uint32_t gsi_base; /* global system interrupt of its pin 0 */
};

/* Polarity and trigger mode of an interrupt, 5.2.12.5, table 5.26. */
#define ACPI_POLARITY_MASK 0x3
#define ACPI_POLARITY_LOW  0x3 /* 0: as the bus has it, 1: high */
#define ACPI_TRIGGER_MASK  0xc
#define ACPI_TRIGGER_LEVEL 0xc /* 0: as the bus has it, 4: edge */

/* 5.2.12.5: ISA interrupt `irq` arrives as `gsi`. */
struct acpi_override {
	uint32_t gsi;
	uint16_t flags; /* ACPI_POLARITY_*, ACPI_TRIGGER_* */
	uint8_t irq;
};

#define ACPI_UID_ALL 0xffffffffU

/* 5.2.12.7, 5.2.12.13: a local interrupt pin at which NMIs arrive. */
struct acpi_lapic_nmi {
	uint32_t acpi_uid; /* or ACPI_UID_ALL */
	uint16_t flags;
	uint8_t lint; /* 0 or 1 */
};

/* 5.2.12.6: an I/O APIC pin that is an NMI. */
struct acpi_nmi_source {
	uint32_t gsi;
	uint16_t flags;
};

enum acpi_space { ACPI_SPACE_NONE, ACPI_SPACE_MEMORY, ACPI_SPACE_PORT };

/* A register (5.2.3.2) in memory or at a port; ACPI_SPACE_NONE: there is none. */
struct acpi_register {
	enum acpi_space space;
	uint8_t bits;
	uint64_t address; /* physical, or a port number */
};

/* From the MADT, 5.2.12. */
struct acpi_madt_info {
	bool present;
	bool has_8259; /* two of them, which must be masked */
	paddr_t lapic_addr;

	struct acpi_cpu cpus[ACPI_CPUS_MAX]; /* each APIC ID once */
	unsigned n_cpus;
	unsigned cpus_seen;	/* all entries of CPUs */
	unsigned cpus_disabled; /* of these, not enabled or without an APIC ID; not listed above */
	unsigned cpus_double;	/* of these, with the APIC ID of an earlier one; likewise */
	unsigned cpus_ignored;	/* of these, beyond ACPI_CPUS_MAX */

	struct acpi_ioapic ioapics[ACPI_IOAPICS_MAX];
	unsigned n_ioapics;
	struct acpi_override overrides[ACPI_OVERRIDES_MAX];
	unsigned n_overrides;
	struct acpi_lapic_nmi lapic_nmis[ACPI_NMIS_MAX];
	unsigned n_lapic_nmis;
	struct acpi_nmi_source nmi_sources[ACPI_IOAPICS_MAX];
	unsigned n_nmi_sources;
};

/* From the FADT, 5.2.9. */
struct acpi_fadt_info {
	bool present;
	bool hw_reduced;     /* no fixed hardware: no PM timer, no PM1 blocks */
	bool legacy_devices; /* there may be ISA devices */
	bool i8042;	     /* there may be a keyboard controller */
	bool no_vga;	     /* VGA must not be probed */
	bool no_cmos_rtc;    /* likewise the clock at ports 0x70, 0x71 */
	uint8_t century;     /* index of the century in the clock's memory, 0: none */
	uint16_t sci_irq;    /* ISA interrupt of ACPI events */
	uint32_t smi_cmd;    /* port; 0: always in ACPI mode */
	uint8_t acpi_enable; /* to be written there */
	uint32_t pm1a_cnt;   /* ports of 16 bits; 0: none */
	uint32_t pm1b_cnt;
	paddr_t dsdt;

	struct acpi_register pm_timer; /* 3,579,545 Hz */
	uint8_t pm_timer_bits;	       /* of its value: 24 or 32 */
	struct acpi_register reset;    /* written with `reset_value`, resets the machine */
	uint8_t reset_value;
	struct acpi_register sleep_control; /* only when hw_reduced, in place of the PM1 blocks */
};

/* From the HPET table (IA-PC HPET 1.0a, 3.2.4). */
struct acpi_hpet_info {
	bool present;
	uint32_t id; /* as the low half of the general capabilities register */
	uint8_t number;
	uint16_t min_tick; /* of the main counter, for periodic mode */
	paddr_t addr;
};

/* CPUs and memory that are near to each other. */
struct acpi_node {
	uint32_t domain; /* as firmware numbers it */
	uint32_t cpus;
	uint64_t bytes; /* of memory, that which could be added included */
};

/* From the SRAT, 5.2.16: only what is enabled. */
struct acpi_srat_info {
	bool present;
	struct acpi_node nodes[ACPI_NODES_MAX]; /* each domain once */
	unsigned n_nodes;
	unsigned ignored; /* entries of further domains */
};

/* From the DSDT's package _S5, 7.4.2.6: what the PM1 control registers take to switch off. */
struct acpi_sleep_info {
	bool present;
	uint8_t type_a, type_b; /* 0 to 7 */
};

/* Configuration space of some PCI buses in memory, from the MCFG: 1 MiB a bus. */
struct acpi_ecam {
	paddr_t base; /* of bus 0, even if that is not among them; whole MiBs */
	uint16_t segment;
	uint8_t first_bus, last_bus;
};

struct acpi_mcfg_info {
	bool present;
	struct acpi_ecam ranges[ACPI_ECAMS_MAX];
	unsigned n_ranges;
};

/* A unit that remaps DMA and interrupts: registers at `base`, a whole page. */
struct acpi_iommu {
	bool amd; /* as AMD has it, else as Intel */
	paddr_t base;
};

/* From the DMAR or the IVRS. */
struct acpi_iommu_info {
	bool dmar_present, ivrs_present;
	struct acpi_iommu units[ACPI_IOMMUS_MAX]; /* each once */
	unsigned n_units;
};

struct acpi_info {
	uint8_t revision; /* of the RSDP: 0 is ACPI 1.0, 2 all later ones */
	struct acpi_madt_info madt;
	struct acpi_fadt_info fadt;
	struct acpi_hpet_info hpet;
	struct acpi_srat_info srat;
	struct acpi_mcfg_info mcfg;
	struct acpi_iommu_info iommu;
	struct acpi_sleep_info sleep;
};

/*
 * Read the tables that the `size` bytes of a root pointer at `rsdp` lead to (5.2.5.3; 20 bytes of
 * revision 0 suffice). Returns 0, or -1 when no list of tables can be read; `info` is filled with
 * what was found, and says by `present` which tables were.
 */
int acpi_parse(const struct acpi_access *access, const uint8_t *rsdp, uint32_t size,
	       struct acpi_info *info);
