#include "boot/monitor.h"

#include "arch/x86_64/vectors.h"
#include "boot/console.h"
#include "boot/info.h"
#include "core/log.h"
#include "core/verdict.h"
#include "dev/isa_irq.h"
#include "lib/cmdline.h"
#include "lib/upcall.h"
#include "monitor/monitor.h"

static const uint8_t isa_irqs[UARTS] = {[UART_COM1] = 4, [UART_COM2] = 3};

void boot_monitor(void)
{
	enum uart uart;
	bool in_panic = cmdline_has(boot_info.cmdline, "monitor") || !verdict_ends_emulator();

	if (!boot_console_log_port(&uart))
		uart = UARTS;
	if (!monitor_start(uart, in_panic))
		panic("no memory for the monitor");
	if (uart == UARTS) {
		log_line("monitor: Alt-SysRq-g enters it; no serial port");
		return;
	}
	isa_irq_route(isa_irqs[uart], VECTOR_SERIAL, false);
	log_line("monitor: a break or Ctrl-O twice on COM%d enters it", (int)uart + 1);
}
