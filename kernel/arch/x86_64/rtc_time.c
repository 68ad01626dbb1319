#include "arch/x86_64/rtc_time.h"

#define DAYS_PER_400_YEARS 146097
#define EPOCH_DAY	   719468 /* days from 0000-03-01 to 1970-01-01 */

struct date {
	int year, month, day, hour, minute, second;
};

/* Two decimal digits in a byte; -1 when they are none. */
static int from_bcd(uint8_t value)
{
	if ((value & 0xf) > 9 || value >> 4 > 9)
		return -1;
	return (value >> 4) * 10 + (value & 0xf);
}

static int number(const struct rtc_registers *regs, uint8_t value)
{
	return regs->status_b & RTC_B_BINARY ? value : from_bcd(value);
}

static int hour_of(const struct rtc_registers *regs)
{
	int hour;

	if (regs->status_b & RTC_B_24_HOURS)
		return number(regs, regs->hour);
	hour = number(regs, regs->hour & (uint8_t)~RTC_HOUR_PM);
	if (hour < 1 || hour > 12)
		return -1;
	return hour % 12 + (regs->hour & RTC_HOUR_PM ? 12 : 0);
}

/* Without a century two digits mean 1970 to 2069. */
static int year_of(const struct rtc_registers *regs)
{
	int year = number(regs, regs->year);
	int century = number(regs, regs->century);

	if (year < 0 || year > 99)
		return -1;
	if (century >= 19 && century <= 29)
		return century * 100 + year;
	return year < 70 ? 2000 + year : 1900 + year;
}

static bool is_leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int month_days(int year, int month)
{
	static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

static bool is_valid(const struct date *d)
{
	return d->year >= 0 && d->month >= 1 && d->month <= 12 && d->day >= 1 &&
	       d->day <= month_days(d->year, d->month) && d->hour >= 0 && d->hour <= 23 &&
	       d->minute >= 0 && d->minute <= 59 && d->second >= 0 && d->second <= 59;
}

/* Days since 1970-01-01. Years begin in March, so that the leap day is the last of its year. */
static int64_t day_number(const struct date *d)
{
	int year = d->month > 2 ? d->year : d->year - 1;
	int month = d->month > 2 ? d->month - 3 : d->month + 9;
	int era = year / 400, year_of_era = year % 400;
	int day_of_year = (153 * month + 2) / 5 + d->day - 1;
	int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

	return (int64_t)era * DAYS_PER_400_YEARS + day_of_era - EPOCH_DAY;
}

int64_t rtc_to_epoch(const struct rtc_registers *regs)
{
	struct date d = {
		.year = year_of(regs),
		.month = number(regs, regs->month),
		.day = number(regs, regs->day),
		.hour = hour_of(regs),
		.minute = number(regs, regs->minute),
		.second = number(regs, regs->second),
	};

	if (!is_valid(&d))
		return -1;
	return ((day_number(&d) * 24 + d.hour) * 60 + d.minute) * 60 + d.second;
}
