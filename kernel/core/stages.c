#include "core/stages.h"

#include "arch/x86_64/tsc.h"
#include "core/log.h"
#include "lib/fmt.h"

#define STAGES_MAX 12
#define TEXT_MAX   200 /* a name of 6 letters and 8 digits each */

static struct {
	const char *name;
	uint64_t tsc;
} stages[STAGES_MAX];
static unsigned stage_count;

void boot_stage(const char *name)
{
	if (stage_count == STAGES_MAX)
		return;
	stages[stage_count].name = name;
	stages[stage_count++].tsc = rdtsc();
}

/* Where the clock's rate was changed since, its zero may be later than what was early. */
static uint64_t in_us(uint64_t tsc)
{
	return tsc_scale_to_ns(&clock_scale, MAX(tsc, clock_scale.base)) / 1000;
}

void boot_stages_tell(uint64_t end_tsc)
{
	char text[TEXT_MAX];
	int length = 0;

	for (unsigned i = 0; i < stage_count && length < TEXT_MAX; i++)
		length += fmt_snprintf(text + length, (size_t)(TEXT_MAX - length), " %s=%lu",
				       stages[i].name, in_us(stages[i].tsc));
	log_line("boot: stages in us:%.*s end=%lu", MIN(length, TEXT_MAX - 1), text,
		 in_us(end_tsc));
}
