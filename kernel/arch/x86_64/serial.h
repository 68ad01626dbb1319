/*
 * A 16550 serial port (National Semiconductor PC16550D data sheet), polled. Nothing here waits
 * without a bound, and a port that is not there is noticed. Callers serialise the use of a port.
 */
#pragma once

#include "lib/base.h"

#define SERIAL_COM1 0x3f8
#define SERIAL_COM2 0x2f8

struct serial_port {
	uint16_t base;	    /* first I/O port */
	uint8_t fifo_depth; /* bytes that the transmitter takes when it is empty: 16, or 1 */
	bool present;
	bool stalled; /* the last synchronous write gave up waiting */
};

/*
 * Look for a UART at I/O port `base` and set it to 115200 baud, 8N1, FIFO on, interrupts off.
 * Returns port->present. Needs no other initialisation: it may be the first thing that runs.
 */
bool serial_init(struct serial_port *port, uint16_t base);

/*
 * Hand over as many of the `size` bytes at `bytes` as the port accepts without waiting. Returns
 * their number: 0 when it is busy; `size` when there is no port, as nothing is gained by keeping
 * them.
 */
size_t serial_try_write(struct serial_port *port, const void *bytes, size_t size);

/*
 * Write all of the `size` bytes at `bytes`, polling; for the time before tasks run, and for
 * panics. A transmitter that stays busy for about 100 ms makes it give up, and later calls not wait
 * at all until it is ready again. Returns the number of bytes written.
 */
size_t serial_write_sync(struct serial_port *port, const void *bytes, size_t size);

/* The next byte received, or -1 when there is none (or no port). */
int serial_try_read(struct serial_port *port);

/*
 * Wait until everything written to the port at `base` has left the wire, for about 100 ms at most.
 * A port that is absent reads as all ones, which is idle.
 */
void serial_wait_idle(uint16_t base);

/*
 * Ask for interrupts when a byte or a break has arrived (`receive`) and when the transmitter is
 * empty
 * (`transmit`). Both off masks the port's line.
 */
void serial_set_interrupts(const struct serial_port *port, bool receive, bool transmit);
