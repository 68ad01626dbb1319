#include "dev/power.h"

#include "arch/x86_64/cr.h"
#include "arch/x86_64/io.h"
#include "arch/x86_64/reset.h"
#include "core/log.h"
#include "core/panic.h"
#include "core/standstill.h"
#include "dev/console.h"
#include "mm/kmap.h"

/* In delays of about 1 us. */
#define PATIENCE   1000000
#define FIFO_EMPTY 2000 /* 16 bytes at 115200 baud take 1.4 ms */

/* PM1 control, 4.8.3.2.1. */
#define PM1_SCI_EN   0x0001U /* the machine is in ACPI mode */
#define PM1_SLP_TYPE 0x1c00U
#define PM1_SLP_EN   0x2000U

/* Sleep control of machines without PM1, 4.8.3.7. */
#define SLEEP_TYPE_SHIFT 2
#define SLEEP_EN	 0x20U

/* PM1a control of the machines that QEMU and Bochs emulate, now and formerly; their type is 0. */
#define PM1A_QEMU  0x604
#define PM1A_PIIX4 0xb004

#define BOCHS_PORT 0x8900 /* Bochs ends when "Shutdown" is written here */

/* A register of 8 bits; regs: where it is mapped, when it is in memory. */
struct reg8 {
	enum acpi_space space;
	uint16_t port;
	void *regs;
};

/* Constant after boot. */
static struct acpi_fadt_info fadt = {.i8042 = true};
static struct acpi_sleep_info sleep;
static struct reg8 reset, sleep_control;

static struct reg8 reg8_map(const struct acpi_register *reg)
{
	struct reg8 mapped = {.space = reg->space};

	if (reg->space == ACPI_SPACE_PORT)
		mapped.port = (uint16_t)reg->address;
	else if (reg->space == ACPI_SPACE_MEMORY)
		mapped.regs = mmio_map(reg->address, 1, KMAP_MMIO);
	if (!mapped.port && !mapped.regs)
		mapped.space = ACPI_SPACE_NONE;
	return mapped;
}

static void reg8_write(const struct reg8 *reg, uint8_t value)
{
	if (reg->space == ACPI_SPACE_PORT)
		outb(reg->port, value);
	else if (reg->space == ACPI_SPACE_MEMORY)
		mmio_write8(reg->regs, value);
}

void power_init(const struct acpi_info *acpi)
{
	if (!acpi->fadt.present)
		return;
	fadt = acpi->fadt;
	sleep = acpi->sleep;
	reset = reg8_map(&fadt.reset);
	sleep_control = reg8_map(&fadt.sleep_control);
	log_line("power: off by %s, reset by %s",
		 sleep.present ? "ACPI's _S5" : "what emulators have",
		 reset.space != ACPI_SPACE_NONE ? "ACPI's register" : "the chipset");
}

static void wait_for(int delays)
{
	while (delays-- > 0)
		io_delay();
}

/* Firmware hands the PM1 registers over on request (4.8.2.5). */
static void enter_acpi_mode(uint16_t pm1a)
{
	if ((inw(pm1a) & PM1_SCI_EN) || !fadt.smi_cmd || !fadt.acpi_enable)
		return;
	outb((uint16_t)fadt.smi_cmd, fadt.acpi_enable);
	for (int polls = 0; polls < PATIENCE && !(inw(pm1a) & PM1_SCI_EN); polls++)
		io_delay();
}

static void write_pm1(uint16_t port, uint8_t type)
{
	uint16_t value = inw(port) & (uint16_t) ~(PM1_SLP_TYPE | PM1_SLP_EN);

	value |= (uint16_t)(type << 10);
	outw(port, value);
	outw(port, value | PM1_SLP_EN);
}

static void off_by_acpi(void)
{
	if (!sleep.present)
		return;
	if (sleep_control.space != ACPI_SPACE_NONE) {
		reg8_write(&sleep_control, (uint8_t)(sleep.type_a << SLEEP_TYPE_SHIFT | SLEEP_EN));
	} else if (fadt.pm1a_cnt && !fadt.hw_reduced) {
		enter_acpi_mode((uint16_t)fadt.pm1a_cnt);
		write_pm1((uint16_t)fadt.pm1a_cnt, sleep.type_a);
		if (fadt.pm1b_cnt)
			write_pm1((uint16_t)fadt.pm1b_cnt, sleep.type_b);
	} else {
		return;
	}
	wait_for(PATIENCE);
}

/* The others stand still, or have been stopped by a panic. */
static void tell(const char *line)
{
	log_line("power: %s", line);
	if (!panic_active())
		log_flush();
	wait_for(FIFO_EMPTY);
}

/* Nothing is lost: the machine's work has ended, and nobody else could switch it off. */
static void off_by_emulator(void)
{
	tell("ACPI does not switch off; what emulators have may");
	for (const char *p = "Shutdown"; *p; p++)
		outb(BOCHS_PORT, (uint8_t)*p);
	outw(PM1A_QEMU, PM1_SLP_EN);
	outw(PM1A_PIIX4, PM1_SLP_EN);
	wait_for(PATIENCE);
}

static __noreturn void reset_now(void)
{
	if (reset.space != ACPI_SPACE_NONE) {
		reg8_write(&reset, fadt.reset_value);
		wait_for(PATIENCE);
	}
	tell("ACPI does not reset; what old machines have may");
	machine_reset(fadt.i8042);
}

void power_now(enum power_action action)
{
	if (action == POWER_RESET)
		reset_now();
	if (action == POWER_OFF) {
		off_by_acpi();
		off_by_emulator();
		tell("the machine cannot be switched off from here");
	}
	cpu_halt_forever();
}

void power_end(enum power_action action)
{
	static const char *const lines[] = {
		[POWER_OFF] = "off",
		[POWER_RESET] = "reset",
		[POWER_HALT] = "the machine is halted",
	};

	if (!standstill_begin(NULL))
		return;
	console_flush_sync();
	tell(lines[action]);
	power_now(action);
}
