/* The time of day. */
#pragma once

#include "lib/base.h"

/*
 * What ACPI says of the real-time clock: whether there may be one, and where its memory has the
 * century (0: nowhere). At boot; without it there may be one, without a century.
 */
void wall_clock_init(bool may_be_there, uint8_t century);

/*
 * Nanoseconds from 1970-01-01 00:00 UTC to nanosecond 0 of clock_ns(). The real-time clock is read
 * by the first call; without one the machine started in 1970. Takes RANK_PORT.
 */
uint64_t wall_clock_start_ns(void);
