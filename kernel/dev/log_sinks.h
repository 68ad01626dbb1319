/* Where the kernel's log goes. */
#pragma once

#include "dev/uart.h"

/* Write the log to a serial port, which is open; or to the screen (screen.h). At boot. */
void log_to_uart(enum uart uart);
void log_to_screen(void);
