#include "dev/iommu.h"

#include "arch/x86_64/io.h"
#include "core/log.h"

#define REGISTERS PAGE_SIZE
#define PATIENCE  100000 /* reads of a register */

/* Intel VT-d 4.1, 11.4.4: commands are given with all that is to stay on, and the status follows.
 */
#define VTD_COMMAND	   0x18
#define VTD_STATUS	   0x1c
#define VTD_PROTECTION	   0x64
#define VTD_TRANSLATION	   0x80000000U
#define VTD_INTERRUPTS	   0x02000000U
#define VTD_STAYS	   0x96ffffffU /* without what is done once */
#define VTD_PROTECTED	   0x00000001U
#define VTD_PROTECT_ENABLE 0x80000000U

/* AMD IOMMU 3.09, 3.4.2 */
#define AMD_CONTROL 0x18
#define AMD_ENABLE  0x1U

static bool wait_clear(const volatile uint8_t *reg, uint32_t bit)
{
	for (int polls = 0; polls < PATIENCE; polls++) {
		if (!(mmio_read32(reg) & bit))
			return true;
	}
	return false;
}

static const char *outcome(bool is_off)
{
	return is_off ? "switched off" : "and does not go off";
}

static void vtd_clear(volatile uint8_t *regs, uint32_t bit, const char *what)
{
	uint32_t status = mmio_read32(regs + VTD_STATUS);

	if (!(status & bit))
		return;
	mmio_write32(regs + VTD_COMMAND, status & VTD_STAYS & ~bit);
	log_line("iommu: %s was on; %s", what, outcome(wait_clear(regs + VTD_STATUS, bit)));
}

static void vtd_stop(volatile uint8_t *regs)
{
	vtd_clear(regs, VTD_INTERRUPTS, "remapping of interrupts");
	vtd_clear(regs, VTD_TRANSLATION, "remapping of memory");
	if (!(mmio_read32(regs + VTD_PROTECTION) & VTD_PROTECT_ENABLE))
		return;
	mmio_write32(regs + VTD_PROTECTION, 0);
	log_line("iommu: protection of memory was on; %s",
		 outcome(wait_clear(regs + VTD_PROTECTION, VTD_PROTECTED)));
}

static void amd_stop(volatile uint8_t *regs)
{
	uint64_t control = mmio_read64(regs + AMD_CONTROL);

	if (!(control & AMD_ENABLE))
		return;
	mmio_write64(regs + AMD_CONTROL, control & ~(uint64_t)AMD_ENABLE);
	log_line("iommu: remapping was on; %s",
		 outcome(wait_clear(regs + AMD_CONTROL, AMD_ENABLE)));
}

void iommus_stop(const struct acpi_iommu_info *info, void *(*map)(uint64_t base, uint64_t size))
{
	for (unsigned i = 0; i < info->n_units; i++) {
		const struct acpi_iommu *unit = &info->units[i];
		uint8_t *regs = map(unit->base.raw, REGISTERS);

		log_line("iommu: %s unit at %lx%s", unit->amd ? "AMD's" : "Intel's", unit->base.raw,
			 regs ? "" : " cannot be used");
		if (!regs || mmio_read32(regs) == UINT32_MAX)
			continue;
		if (unit->amd)
			amd_stop(regs);
		else
			vtd_stop(regs);
	}
}
