/* The CMOS real-time clock (MC146818 data sheet): the date at boot. */
#pragma once

#include "lib/base.h"

/*
 * Read the clock, taken as UTC, into `*seconds` since 1970-01-01 00:00. `century` is the index of
 * the century in its memory (from the FADT; 0: there is none). False when there is no clock, it
 * does not come to rest within its bound (about 20 ms; normally it waits for 2 ms at most, and in
 * 99.8% of reads not at all), or it holds no valid date. Callers serialise.
 */
bool rtc_read(uint8_t century, int64_t *seconds);
