#include "boot/console.h"

#include "boot/info.h"
#include "boot/screen.h"
#include "core/log.h"
#include "dev/console.h"
#include "dev/log_sinks.h"
#include "lib/cmdline.h"
#include "lib/string.h"
#include "lib/upcall.h"

static bool ports_open[UARTS];

/* Is the sink among those that the word log= lists? Without the word it is COM1 and the screen. */
static bool log_goes_to(const char *sink)
{
	char list[32] = "com1,screen";
	size_t length = strlen(sink);

	cmdline_get(boot_info.cmdline, "log", list, sizeof(list));
	for (const char *name = list; name; name = strchr(name, ',')) {
		name += *name == ',';
		if (!strncmp(name, sink, length) && (!name[length] || name[length] == ','))
			return true;
	}
	return false;
}

bool boot_console_log_port(enum uart *uart)
{
	*uart = log_goes_to("com2") ? UART_COM2 : UART_COM1;
	return ports_open[*uart] && log_goes_to(*uart == UART_COM2 ? "com2" : "com1");
}

void boot_console(void)
{
	log_quiet = cmdline_has(boot_info.cmdline, "quiet");
	ports_open[UART_COM1] = uart_open(UART_COM1);
	ports_open[UART_COM2] = log_goes_to("com2") && uart_open(UART_COM2);
	if (ports_open[UART_COM1] && log_goes_to("com1"))
		log_to_uart(UART_COM1);
	if (ports_open[UART_COM2])
		log_to_uart(UART_COM2);
	if (log_goes_to("screen") && boot_screen_start())
		log_to_screen();
}

void boot_console_for_programs(void)
{
	if (!console_start())
		panic("no memory for the console");
	if (log_goes_to("screen"))
		console_use_screen();
}
