#include "boot/pci.h"

#include "boot/machine.h"
#include "boot/memory.h"
#include "core/log.h"
#include "dev/iommu.h"
#include "dev/pci.h"
#include "mm/kmap.h"

#define BUS_SPACE MIB(1)

static bool is_ram(uint64_t start, uint64_t end)
{
	return memmap_overlaps_ram(&memmap, start, end);
}

/* Registers cannot be in RAM. */
static void *map_registers(uint64_t base, uint64_t size)
{
	return is_ram(base, base + size) ? NULL : mmio_map(base, size, KMAP_MMIO);
}

void boot_pci_quiet(void)
{
	if (pci_ports_present())
		pci_scan(0, 0, NULL, pci_quiet);
}

static uint64_t ecam_at(const struct acpi_ecam *range, unsigned bus)
{
	return range->base.raw + bus * BUS_SPACE;
}

/* Ranges that cannot be configuration space are left out. */
static void check_ranges(struct acpi_mcfg_info *mcfg)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < mcfg->n_ranges; i++) {
		const struct acpi_ecam *range = &mcfg->ranges[i];

		if (is_ram(ecam_at(range, range->first_bus), ecam_at(range, range->last_bus + 1U)))
			log_line("pci: configuration space at %lx lies in RAM, ignored",
				 range->base.raw);
		else
			mcfg->ranges[kept++] = *range;
	}
	mcfg->n_ranges = kept;
}

/* Both ways must lead to the same first function, or the MCFG is wrong. */
static bool ways_agree(void)
{
	struct pci_address host = {0, 0, 0};
	uint32_t by_ports = pci_read(host, PCI_ID);

	return !pci_map_bus(&acpi.mcfg, 0, 0) || pci_read(host, PCI_ID) == by_ports;
}

/* The segments that the ports do not reach; what firmware left on there is stopped only now. */
static void scan_other_segments(void)
{
	for (unsigned i = 0; i < acpi.mcfg.n_ranges; i++) {
		const struct acpi_ecam *range = &acpi.mcfg.ranges[i];

		if (range->segment == 0)
			continue;
		pci_scan(range->segment, range->first_bus, &acpi.mcfg, pci_quiet);
		pci_scan(range->segment, range->first_bus, &acpi.mcfg, pci_record);
	}
}

void boot_pci(void)
{
	bool ports = pci_ports_present();

	pci_is_ram = is_ram;
	check_ranges(&acpi.mcfg);
	if (ports && !ways_agree()) {
		log_line("pci: configuration space in memory is another than by ports, ignored");
		pci_forget_buses();
		acpi.mcfg.n_ranges = 0;
	}
	if (acpi.mcfg.n_ranges)
		log_line("pci: configuration space in memory, at %lx",
			 acpi.mcfg.ranges[0].base.raw);
	else
		log_line("pci: %s", ports ? "configuration by ports" : "there is none");
	if (ports || acpi.mcfg.n_ranges)
		pci_scan(0, 0, &acpi.mcfg, pci_record);
	scan_other_segments();
	iommus_stop(&acpi.iommu, map_registers);
}
