/*
 * The two serial ports, which the programs' console and the log may share. Writes are serialised by
 * a lock of each port, except in a panic.
 */
#pragma once

#include "lib/base.h"

enum uart { UART_COM1, UART_COM2, UARTS };

/* Look for the port and set it up. True when it is there. Before its first use, at boot. */
bool uart_open(enum uart uart);

/* Bytes that the port takes without waiting; `n` when there is no port. Takes RANK_PORT. */
size_t uart_try_write(enum uart uart, const char *bytes, size_t n);

/* All of them, polling; given up when the port is stuck. Takes RANK_PORT. */
void uart_write(enum uart uart, const char *bytes, size_t n);

/* The next byte received, or -1; a break is a zero byte (PC16550D 8.6.4). Takes RANK_PORT. */
int uart_read(enum uart uart);

/* Ask for an interrupt when bytes come. At boot. */
void uart_listen(enum uart uart);
