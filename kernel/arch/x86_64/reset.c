#include "arch/x86_64/reset.h"

#include "arch/x86_64/cr.h"
#include "arch/x86_64/crash.h"
#include "arch/x86_64/descriptors.h"
#include "arch/x86_64/io.h"

#define PATIENCE 100000 /* delays; about 100 ms */

#define KBC_COMMAND	0x64
#define KBC_INPUT_FULL	0x02
#define KBC_PULSE_RESET 0xfe

/* The reset control register of PIIX3 and all ICHs: a full reset, on the rising edge of bit 2. */
#define RESET_CONTROL 0xcf9
#define RESET_HARD    0x02
#define RESET_NOW     0x06

static void wait_for_reset(void)
{
	for (int delays = 0; delays < PATIENCE; delays++)
		io_delay();
}

static void pulse_by_i8042(void)
{
	for (int polls = 0; polls < PATIENCE && (inb(KBC_COMMAND) & KBC_INPUT_FULL); polls++)
		cpu_relax();
	outb(KBC_COMMAND, KBC_PULSE_RESET);
	wait_for_reset();
}

static void reset_by_chipset(void)
{
	outb(RESET_CONTROL, RESET_HARD);
	io_delay();
	outb(RESET_CONTROL, RESET_NOW);
	wait_for_reset();
}

void machine_reset(bool i8042)
{
	reset_by_chipset();
	if (i8042)
		pulse_by_i8042();
	idt_drop();
	crash_breakpoint();
	cpu_halt_forever();
}
