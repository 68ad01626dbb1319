#include "arch/x86_64/rtc.h"

#include "arch/x86_64/io.h"
#include "arch/x86_64/rtc_time.h"

#define CMOS_INDEX 0x70
#define CMOS_DATA  0x71

#define CMOS_NMI_OFF 0x80 /* in the index; never set: NMIs stay on */

#define RTC_SECOND   0x00
#define RTC_MINUTE   0x02
#define RTC_HOUR     0x04
#define RTC_DAY	     0x07
#define RTC_MONTH    0x08
#define RTC_YEAR     0x09
#define RTC_STATUS_A 0x0a
#define RTC_STATUS_B 0x0b

#define STATUS_A_UPDATING 0x80

#define UPDATE_POLLS 10000 /* two port accesses of 1 us each */
#define READ_TRIES   3

static uint8_t cmos_read(uint8_t index)
{
	outb(CMOS_INDEX, index & (uint8_t)~CMOS_NMI_OFF);
	return inb(CMOS_DATA);
}

static bool wait_for_rest(void)
{
#ifdef MUTANT_wrong_register
	/* That bit of status D says that there is a battery. */
	while (cmos_read(RTC_STATUS_B + 2) & STATUS_A_UPDATING)
		;
#endif
	for (int polls = 0; polls < UPDATE_POLLS; polls++) {
		if (!(cmos_read(RTC_STATUS_A) & STATUS_A_UPDATING))
			return true;
	}
	return false;
}

static struct rtc_registers read_registers(uint8_t century)
{
	return (struct rtc_registers){
		.second = cmos_read(RTC_SECOND),
		.minute = cmos_read(RTC_MINUTE),
		.hour = cmos_read(RTC_HOUR),
		.day = cmos_read(RTC_DAY),
		.month = cmos_read(RTC_MONTH),
		.year = cmos_read(RTC_YEAR),
		.century = century ? cmos_read(century) : 0,
		.status_b = cmos_read(RTC_STATUS_B),
	};
}

bool rtc_read(uint8_t century, int64_t *seconds)
{
	/* An update may begin while the registers are read: then the second has changed, or will.
	 */
	for (int tries = 0; tries < READ_TRIES && wait_for_rest(); tries++) {
		struct rtc_registers regs = read_registers(century);

		if (cmos_read(RTC_SECOND) == regs.second &&
		    !(cmos_read(RTC_STATUS_A) & STATUS_A_UPDATING)) {
			*seconds = rtc_to_epoch(&regs);
			return *seconds >= 0;
		}
	}
	return false;
}
