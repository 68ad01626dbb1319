/*
 * Timers that lie. When those that calibrated the clock contradict each other by more than 1%, or
 * were measured too badly to tell, a kernel task measures them again, in two windows more, or
 * three. What three windows agree about is told, and the clock set right if it goes wrong.
 */
#pragma once

#include "arch/x86_64/tsc.h"

/*
 * Look at the window of the calibration, and start the task if it wants another one. `sources` and
 * `report` must stay. Once, on the boot CPU, after tasks_start(), which makes room for the log.
 */
void clock_check_start(const struct clock_sources *sources, struct clock_report *report);
