#include "arch/x86_64/serial.h"
#include "arch/x86_64/cr.h"
#include "arch/x86_64/io.h"

/* Registers, as offsets from the base port (PC16550D section 8). */
#define UART_DATA 0
#define UART_IER  1 /* interrupt enable */
#define UART_IIR  2 /* read: interrupt identification */
#define UART_FCR  2 /* write: FIFO control */
#define UART_LCR  3 /* line control */
#define UART_MCR  4 /* modem control */
#define UART_LSR  5 /* line status */
#define UART_DLL  0 /* divisor, low and high byte, while LCR_DLAB is set */
#define UART_DLM  1

#define IER_RECEIVE  0x01
#define IER_TRANSMIT 0x02
#define IER_LINE     0x04 /* errors, and breaks, which do not count as received bytes */
#define IER_ALL	     0x0f

#define FCR_ENABLE_AND_CLEAR 0xc7 /* both FIFOs emptied, receive trigger at 14 bytes */
#define IIR_FIFO_WORKS	     0xc0

#define LCR_8N1	 0x03
#define LCR_DLAB 0x80

#define MCR_DTR	 0x01
#define MCR_RTS	 0x02
#define MCR_OUT2 0x08 /* gates the interrupt line on a PC */

#define LSR_DATA_READY	     0x01
#define LSR_TRANSMIT_EMPTY   0x20 /* the FIFO is */
#define LSR_TRANSMITTER_IDLE 0x40 /* and the shift register too */

#define DIVISOR_115200 1
#define FIFO_DEPTH     16

/* One read of a port takes about 1 us, 16 bytes take 1.4 ms. */
#define SYNC_POLLS 100000

/*
 * An absent port reads as all ones (or as whatever the bus holds); the interrupt enable register
 * of a UART keeps its low four bits and reads zero in the high ones.
 */
static bool probe(uint16_t base)
{
	if (inb(base + UART_LSR) == 0xff)
		return false;
	outb(base + UART_LCR, LCR_8N1);
	outb(base + UART_IER, IER_ALL);
	io_delay();
	if (inb(base + UART_IER) != IER_ALL)
		return false;
	outb(base + UART_IER, 0);
	io_delay();
	return inb(base + UART_IER) == 0;
}

static void set_line(uint16_t base)
{
	outb(base + UART_LCR, LCR_8N1 | LCR_DLAB);
	outb(base + UART_DLL, DIVISOR_115200);
	outb(base + UART_DLM, 0);
	outb(base + UART_LCR, LCR_8N1);
	outb(base + UART_FCR, FCR_ENABLE_AND_CLEAR);
	outb(base + UART_MCR, MCR_DTR | MCR_RTS | MCR_OUT2);
}

bool serial_init(struct serial_port *port, uint16_t base)
{
	*port = (struct serial_port){.base = base, .fifo_depth = 1};
	if (!probe(base))
		return false;
	set_line(base);
	if ((inb(base + UART_IIR) & IIR_FIFO_WORKS) == IIR_FIFO_WORKS)
		port->fifo_depth = FIFO_DEPTH;
	port->present = true;
	return true;
}

static bool transmitter_ready(const struct serial_port *port)
{
	return inb(port->base + UART_LSR) & LSR_TRANSMIT_EMPTY;
}

/* The transmitter is ready: give it what it takes at once. Returns the number of bytes. */
static size_t fill_fifo(const struct serial_port *port, const uint8_t *bytes, size_t size)
{
	size_t count = MIN(size, (size_t)port->fifo_depth);

	outsb(port->base + UART_DATA, bytes, count);
	return count;
}

size_t serial_try_write(struct serial_port *port, const void *bytes, size_t size)
{
	const uint8_t *from = bytes;
	size_t done = 0;

	if (!port->present)
		return size;
	while (done < size && transmitter_ready(port))
		done += fill_fifo(port, from + done, size - done);
	return done;
}

/* Wait for the transmitter, unless the last wait was in vain. */
static bool wait_ready(struct serial_port *port)
{
	for (unsigned int polls = port->stalled ? 1 : SYNC_POLLS; polls > 0; polls--) {
		if (transmitter_ready(port)) {
			port->stalled = false;
			return true;
		}
		cpu_relax();
	}
	port->stalled = true;
	return false;
}

size_t serial_write_sync(struct serial_port *port, const void *bytes, size_t size)
{
	const uint8_t *from = bytes;
	size_t done = 0;

	if (!port->present)
		return size;
	while (done < size && wait_ready(port))
		done += fill_fifo(port, from + done, size - done);
	return done;
}

int serial_try_read(struct serial_port *port)
{
	if (!port->present || !(inb(port->base + UART_LSR) & LSR_DATA_READY))
		return -1;
	return inb(port->base + UART_DATA);
}

void serial_wait_idle(uint16_t base)
{
	for (unsigned int polls = SYNC_POLLS; polls > 0; polls--) {
		if (inb(base + UART_LSR) & LSR_TRANSMITTER_IDLE)
			return;
		cpu_relax();
	}
}

void serial_set_interrupts(const struct serial_port *port, bool receive, bool transmit)
{
	uint8_t enable = 0;

	if (!port->present)
		return;
	if (receive)
		enable |= IER_RECEIVE | IER_LINE;
	if (transmit)
		enable |= IER_TRANSMIT;
	outb(port->base + UART_IER, enable);
}
