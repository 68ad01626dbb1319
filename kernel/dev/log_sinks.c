#include "dev/log_sinks.h"

#include "core/log.h"
#include "dev/screen.h"

static void write_com1(const char *text, size_t length)
{
	uart_write(UART_COM1, text, length);
}

static void write_com2(const char *text, size_t length)
{
	uart_write(UART_COM2, text, length);
}

static struct log_sink com1_sink = {.write = write_com1};
static struct log_sink com2_sink = {.write = write_com2};
static struct log_sink screen_sink = {.write = screen_log};

void log_to_uart(enum uart uart)
{
	log_add_sink(uart == UART_COM1 ? &com1_sink : &com2_sink);
}

void log_to_screen(void)
{
	log_add_sink(&screen_sink);
}
