#include "boot/errors.h"

#include "arch/x86_64/apic.h"
#include "arch/x86_64/cpu.h"
#include "arch/x86_64/machine_check.h"
#include "boot/machine.h"
#include "core/log.h"

static uint32_t my_acpi_uid(void)
{
	uint32_t id = apic_id();

	for (unsigned i = 0; i < acpi.madt.n_cpus; i++) {
		if (acpi.madt.cpus[i].apic_id == id)
			return acpi.madt.cpus[i].acpi_uid;
	}
	return ACPI_UID_ALL;
}

/* The MADT's entries for this CPU, or for all. Without any, the pin stays as PCs have it. */
static void use_nmi_pins(void)
{
	uint32_t uid = my_acpi_uid();
	unsigned pins = 0, active_low = 0;

	for (unsigned i = 0; i < acpi.madt.n_lapic_nmis; i++) {
		const struct acpi_lapic_nmi *nmi = &acpi.madt.lapic_nmis[i];

		if (nmi->acpi_uid != uid && nmi->acpi_uid != ACPI_UID_ALL)
			continue;
		pins |= 1U << nmi->lint;
		if ((nmi->flags & ACPI_POLARITY_MASK) == ACPI_POLARITY_LOW)
			active_low |= 1U << nmi->lint;
	}
	if (acpi.madt.n_lapic_nmis)
		apic_set_nmi_pins(pins, active_low);
}

/* What an error before the boot has left in the banks: often why the machine was reset. */
static void tell_old_machine_checks(void)
{
	struct mc_error error;
	unsigned bank = 0;

	while (machine_check_next(&bank, &error))
		log_line("machine check before the boot: CPU %u bank %u, status %016lx, address "
			 "%lx, misc %lx",
			 this_cpu()->id, error.bank, error.status, error.addr, error.misc);
}

void boot_errors_cpu(void)
{
	use_nmi_pins();
	tell_old_machine_checks();
	machine_check_init_cpu();
}
