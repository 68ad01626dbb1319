/* The monitor at boot. */
#pragma once

/*
 * Start it on the serial port that carries the log, and route that port's interrupt to this CPU.
 * After the kernel tasks. Without such a port, or a way for its interrupt, it only says so.
 */
void boot_monitor(void);
