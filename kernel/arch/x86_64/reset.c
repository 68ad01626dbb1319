#include "arch/x86_64/reset.h"

#include "arch/x86_64/cr.h"
#include "arch/x86_64/crash.h"
#include "arch/x86_64/descriptors.h"
#include "arch/x86_64/io.h"

#define KBC_COMMAND	   0x64
#define KBC_INPUT_FULL	   0x02
#define KBC_PULSE_RESET	   0xfe
#define KBC_POLLS	   100000 /* about 100 ms */
#define KBC_RESET_PATIENCE 100000

static void pulse_reset(void)
{
	for (int polls = 0; polls < KBC_POLLS && (inb(KBC_COMMAND) & KBC_INPUT_FULL); polls++)
		cpu_relax();
	outb(KBC_COMMAND, KBC_PULSE_RESET);
	for (int polls = 0; polls < KBC_RESET_PATIENCE; polls++)
		io_delay();
}

void machine_reset(void)
{
	pulse_reset();
	idt_drop();
	crash_breakpoint();
	cpu_halt_forever();
}
