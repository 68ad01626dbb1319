// sources: kernel/arch/x86_64/rtc_time.c
/* The calendar of the CMOS clock, against the C library's. */
#include "host_test.h"

#include <time.h>

#include "arch/x86_64/rtc_time.h"

static uint8_t to_bcd(int value)
{
	return (uint8_t)(value / 10 * 16 + value % 10);
}

static uint8_t encode(int value, uint8_t status_b)
{
	return status_b & RTC_B_BINARY ? (uint8_t)value : to_bcd(value);
}

static uint8_t encode_hour(int hour, uint8_t status_b)
{
	int clock = hour % 12 ? hour % 12 : 12;

	if (status_b & RTC_B_24_HOURS)
		return encode(hour, status_b);
	return encode(clock, status_b) | (hour >= 12 ? RTC_HOUR_PM : 0);
}

static struct rtc_registers registers(int64_t epoch, uint8_t status_b, bool century)
{
	time_t when = epoch;
	struct tm tm;

	assert_non_null(gmtime_r(&when, &tm));
	return (struct rtc_registers){
		.second = encode(tm.tm_sec, status_b),
		.minute = encode(tm.tm_min, status_b),
		.hour = encode_hour(tm.tm_hour, status_b),
		.day = encode(tm.tm_mday, status_b),
		.month = encode(tm.tm_mon + 1, status_b),
		.year = encode(tm.tm_year % 100, status_b),
		.century = century ? encode(19 + tm.tm_year / 100, status_b) : 0,
		.status_b = status_b,
	};
}

static void every_format_of_every_day(void **state)
{
	static const uint8_t formats[] = {0, RTC_B_24_HOURS, RTC_B_BINARY,
					  RTC_B_BINARY | RTC_B_24_HOURS};

	(void)state;
	/* 1970 to 2069: what two digits can say; steps of a bit more than half a day. */
	for (int64_t epoch = 0; epoch < 3155760000 - 86400; epoch += 43201) {
		for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
			struct rtc_registers with = registers(epoch, formats[i], true);
			struct rtc_registers without = registers(epoch, formats[i], false);

			assert_true(rtc_to_epoch(&with) == epoch);
			assert_true(rtc_to_epoch(&without) == epoch);
		}
	}
}

static void years_beyond_two_digits(void **state)
{
	struct rtc_registers regs = registers(4107542400, RTC_B_24_HOURS, true); /* 2100-03-01 */

	(void)state;
	assert_true(rtc_to_epoch(&regs) == 4107542400);
	regs.month = 2;
	regs.day = 0x29; /* 2100 is no leap year */
	assert_true(rtc_to_epoch(&regs) == -1);
}

static void nonsense_is_refused(void **state)
{
	static const struct rtc_registers good = {
		.second = 0x59,
		.minute = 0x59,
		.hour = 0x23,
		.day = 0x28,
		.month = 2,
		.year = 0x25,
		.century = 0x20,
		.status_b = RTC_B_24_HOURS,
	};
	struct rtc_registers bad;

	(void)state;
	assert_true(rtc_to_epoch(&good) == 1740787199);
	memset(&bad, 0xff, sizeof(bad)); /* what an absent clock reads as */
	assert_true(rtc_to_epoch(&bad) == -1);
	memset(&bad, 0, sizeof(bad));
	assert_true(rtc_to_epoch(&bad) == -1);
	bad = good;
	bad.second = 0x60;
	assert_true(rtc_to_epoch(&bad) == -1);
	bad = good;
	bad.minute = 0x5a;
	assert_true(rtc_to_epoch(&bad) == -1);
	bad = good;
	bad.hour = 0x24;
	assert_true(rtc_to_epoch(&bad) == -1);
	bad = good;
	bad.day = 0x29;
	assert_true(rtc_to_epoch(&bad) == -1);
	bad = good;
	bad.month = 0x13;
	assert_true(rtc_to_epoch(&bad) == -1);
	bad = good;
	bad.year = 0xa0;
	assert_true(rtc_to_epoch(&bad) == -1);
	bad = good;
	bad.status_b = 0; /* 12 hours: 23 is none of them */
	assert_true(rtc_to_epoch(&bad) == -1);
}

static void any_bytes_are_survived(void **state)
{
	uint64_t seed = 88172645463325252ULL;

	(void)state;
	for (int i = 0; i < 200000; i++) {
		struct rtc_registers regs;
		uint64_t bits = test_random(&seed);

		memcpy(&regs, &bits, sizeof(regs));
		assert_true(rtc_to_epoch(&regs) >= -1);
		assert_true(rtc_to_epoch(&regs) < 32503680000); /* year 3000 */
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_format_of_every_day),
		cmocka_unit_test(years_beyond_two_digits),
		cmocka_unit_test(nonsense_is_refused),
		cmocka_unit_test(any_bytes_are_survived),
	};

	return cmocka_run_group_tests_name("rtc_time", tests, NULL, NULL);
}
