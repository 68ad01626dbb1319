/* Where the log and the first process's output go. */
#pragma once

#include "dev/uart.h"

/* Give the log its sinks, as the word log= says: before anything is told, with the boot tables. */
void boot_console(void);

/* Connect the programs' console to COM1 and start its task. */
void boot_console_for_programs(void);

/* The serial port that the log goes to; false when there is none. */
__must_check bool boot_console_log_port(enum uart *uart);
