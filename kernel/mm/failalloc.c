#include "mm/failalloc.h"

#include "core/log.h"
#include "lib/cmdline.h"

bool failalloc_on;
static bool (*is_counted)(void); /* NULL: all are */
static bool again;		 /* not only once */
static uint64_t period;
static uint64_t left;	/* atomic: to the next that fails */
static uint64_t failed; /* atomic */

void failalloc_set(uint64_t n, bool every, bool (*counts)(void))
{
	failalloc_on = false;
	is_counted = counts;
	again = every;
	period = n;
	__atomic_store_n(&left, n, __ATOMIC_RELAXED);
	__atomic_store_n(&failed, 0, __ATOMIC_RELAXED);
	__atomic_store_n(&failalloc_on, n != 0, __ATOMIC_RELEASE);
}

bool failalloc_counts(void)
{
	if (is_counted && !is_counted())
		return false;
	if (__atomic_sub_fetch(&left, 1, __ATOMIC_RELAXED) != 0)
		return false;
	__atomic_fetch_add(&failed, 1, __ATOMIC_RELAXED);
	if (again)
		__atomic_store_n(&left, period, __ATOMIC_RELAXED);
	else
		failalloc_on = false;
	return true;
}

uint64_t failalloc_count(void)
{
	return __atomic_load_n(&failed, __ATOMIC_RELAXED);
}

void failalloc_init(const char *cmdline)
{
	char word[32];
	uint64_t n = 0;
	const char *p = word;

	if (cmdline_get(cmdline, "failalloc", word, sizeof(word)) < 0)
		return;
	for (; *p >= '0' && *p <= '9'; p++)
		n = n * 10 + (uint64_t)(*p - '0');
	if (*p && *p != ',')
		log_line("memory: failalloc=%s means nothing: a number, or a number and ,every",
			 word);
	else
		failalloc_set(n, *p == ',', NULL);
}
