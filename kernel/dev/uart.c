#include "dev/uart.h"

#include "arch/x86_64/serial.h"
#include "core/lock.h"
#include "core/panic.h"

static struct lock port_locks[UARTS] = {
	[UART_COM1] = LOCK_INIT("COM1", RANK_PORT),
	[UART_COM2] = LOCK_INIT("COM2", RANK_PORT),
};
static struct serial_port ports[UARTS]; /* [port_locks] */

static const uint16_t port_bases[UARTS] = {
	[UART_COM1] = SERIAL_COM1,
	[UART_COM2] = SERIAL_COM2,
};

bool uart_open(enum uart uart)
{
	return serial_init(&ports[uart], port_bases[uart]);
}

/* In a panic a stopped CPU may hold the lock for ever, and there is only one CPU left. */
static bool enter(enum uart uart)
{
	if (panic_active())
		return false;
	lock_acquire(&port_locks[uart]);
	return true;
}

size_t uart_try_write(enum uart uart, const char *bytes, size_t n)
{
	bool locked = enter(uart);
	size_t written = serial_try_write(&ports[uart], bytes, n);

	if (locked)
		lock_release(&port_locks[uart]);
	return written;
}

void uart_write(enum uart uart, const char *bytes, size_t n)
{
	bool locked = enter(uart);

	serial_write_sync(&ports[uart], bytes, n);
	if (locked)
		lock_release(&port_locks[uart]);
}

int uart_read(enum uart uart)
{
	bool locked = enter(uart);
	int byte = serial_try_read(&ports[uart]);

	if (locked)
		lock_release(&port_locks[uart]);
	return byte;
}

void uart_listen(enum uart uart)
{
	serial_set_interrupts(&ports[uart], true, false);
}
