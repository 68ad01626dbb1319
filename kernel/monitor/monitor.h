/*
 * The monitor: commands on the serial line that carries the log, to look at the kernel at work, and
 * at what a panic left. A break, or Ctrl-O twice, enters it. It is a kernel task, woken by the
 * port's interrupt; the machine goes on meanwhile. After a panic it polls.
 */
#pragma once

#include "dev/uart.h"

/*
 * Start it on that port, which is open, or UARTS for none, and on the keyboard. False without
 * memory. `in_panic`: let it follow a panic's report. At boot, after the interrupt has been routed.
 */
__must_check bool monitor_start(enum uart uart, bool in_panic);

/* Makes the task look: there are keys. Also called by the port's interrupt. */
void monitor_wake(void);

/* Has it been entered, so that what is typed is its own? */
bool monitor_is_entered(void);

/* Leave it, when the command that runs has ended. */
void monitor_leave(void);
