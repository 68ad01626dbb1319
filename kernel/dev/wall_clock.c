#include "dev/wall_clock.h"

#include "arch/x86_64/rtc.h"
#include "arch/x86_64/tsc.h"
#include "core/lock.h"

static struct lock rtc_lock = LOCK_INIT("rtc", RANK_PORT);
static uint64_t start_ns; /* written under rtc_lock, before `known` */
static bool known;
static bool present = true; /* constant after boot, as the next */
static uint8_t century_index;

void wall_clock_init(bool may_be_there, uint8_t century)
{
	present = may_be_there;
	century_index = century;
}

static void find_out(void)
{
	uint64_t now = clock_ns();
	int64_t seconds;

	if (present && rtc_read(century_index, &seconds) && seconds > 0)
		start_ns = (uint64_t)seconds * NS_PER_SECOND - now;
	__atomic_store_n(&known, true, __ATOMIC_RELEASE);
}

uint64_t wall_clock_start_ns(void)
{
	if (!__atomic_load_n(&known, __ATOMIC_ACQUIRE)) {
		lock_acquire(&rtc_lock);
		if (!known)
			find_out();
		lock_release(&rtc_lock);
	}
	return start_ns;
}
