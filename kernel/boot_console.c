#include "boot_console.h"

#include "boot_info.h"
#include "boot_screen.h"
#include "core/log.h"
#include "dev/console.h"
#include "dev/log_sinks.h"
#include "lib/cmdline.h"
#include "lib/string.h"
#include "lib/upcall.h"

static bool ports_open[UARTS];

/* Under log=com2 the first port and the screen belong to the programs alone, or to nobody. */
static bool log_apart(void)
{
	char word[8] = "";

	cmdline_get(boot_info.cmdline, "log", word, sizeof(word));
	return strcmp(word, "com2") == 0;
}

bool boot_console_log_port(enum uart *uart)
{
	*uart = log_apart() ? UART_COM2 : UART_COM1;
	return ports_open[*uart];
}

void boot_console(void)
{
	ports_open[UART_COM1] = uart_open(UART_COM1);
	log_quiet = cmdline_has(boot_info.cmdline, "quiet");
	if (log_apart()) {
		ports_open[UART_COM2] = uart_open(UART_COM2);
		if (ports_open[UART_COM2])
			log_to_uart(UART_COM2);
		return;
	}
	if (ports_open[UART_COM1])
		log_to_uart(UART_COM1);
	if (boot_screen_start())
		log_to_screen();
}

void boot_console_for_programs(void)
{
	if (!console_start())
		panic("no memory for the console");
	if (!log_apart())
		console_use_screen();
}
