/* The time of day. */
#pragma once

#include "lib/base.h"

/*
 * Nanoseconds from 1970-01-01 00:00 UTC to nanosecond 0 of clock_ns(). The real-time clock is read
 * by the first call; without one the machine started in 1970. Takes RANK_PORT.
 */
uint64_t wall_clock_start_ns(void);
