#include "boot_monitor.h"

#include "arch/x86_64/apic.h"
#include "arch/x86_64/cpu.h"
#include "arch/x86_64/ioapic.h"
#include "arch/x86_64/pic.h"
#include "arch/x86_64/vectors.h"
#include "boot_console.h"
#include "boot_info.h"
#include "boot_machine.h"
#include "core/log.h"
#include "core/verdict.h"
#include "lib/cmdline.h"
#include "lib/upcall.h"
#include "monitor/monitor.h"

static const uint8_t isa_irqs[UARTS] = {[UART_COM1] = 4, [UART_COM2] = 3};

/* An ISA interrupt is edge-triggered and active high, unless firmware says otherwise. */
static bool route_by_ioapic(uint8_t irq)
{
	uint32_t gsi = irq;
	uint16_t flags = 0;

	for (unsigned i = 0; i < acpi.madt.n_overrides; i++) {
		if (acpi.madt.overrides[i].irq == irq) {
			gsi = acpi.madt.overrides[i].gsi;
			flags = acpi.madt.overrides[i].flags;
		}
	}
	return ioapic_route(gsi, VECTOR_SERIAL, this_cpu()->apic_id,
			    (flags & ACPI_TRIGGER_MASK) == ACPI_TRIGGER_LEVEL,
			    (flags & ACPI_POLARITY_MASK) == ACPI_POLARITY_LOW);
}

/* A machine without I/O APICs: by the 8259s, with the vectors VECTOR_PIC + irq. */
static void route_by_8259(uint8_t irq)
{
	if (apic_mode() != APIC_NONE)
		apic_accept_8259(true);
	pic_unmask(irq);
}

void boot_monitor(void)
{
	enum uart uart;
	bool in_panic = cmdline_has(boot_info.cmdline, "monitor") || !verdict_ends_emulator();

	if (!boot_console_log_port(&uart)) {
		log_line("monitor: no serial port");
		return;
	}
	if (!monitor_start(uart, in_panic))
		panic("no memory for the monitor");
	if (!route_by_ioapic(isa_irqs[uart]))
		route_by_8259(isa_irqs[uart]);
	log_line("monitor: a break or Ctrl-O twice on COM%d enters it", (int)uart + 1);
}
