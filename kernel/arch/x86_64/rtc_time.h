/* The calendar of the CMOS clock. Pure. */
#pragma once

#include "lib/base.h"

/* Registers as read (MC146818 data sheet), and their format. */
struct rtc_registers {
	uint8_t second, minute, hour, day, month, year;
	uint8_t century;  /* 0: the machine has none */
	uint8_t status_b; /* RTC_B_* */
};

#define RTC_B_24_HOURS 0x02
#define RTC_B_BINARY   0x04 /* otherwise two decimal digits in a byte */
#define RTC_HOUR_PM    0x80 /* in `hour`, in the 12-hour format */

/* Seconds from 1970-01-01 00:00 to the time in `regs`, UTC; -1 when they hold no valid time. */
int64_t rtc_to_epoch(const struct rtc_registers *regs);
