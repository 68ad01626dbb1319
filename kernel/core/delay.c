#include "core/delay.h"

#ifdef DEBUG

#include "arch/x86_64/tsc.h"
#include "core/log.h"
#include "lib/cmdline.h"
#include "lib/string.h"

#define USUAL_US   300
#define LONGEST_US 10000

static char chosen[16];
static uint64_t length_us = USUAL_US;

void delay_init(const char *cmdline)
{
	if (cmdline_get(cmdline, "delay", chosen, sizeof(chosen)) < 0)
		return;
	if (cmdline_size(cmdline, "delay-us", &length_us) < 0 || length_us > LONGEST_US)
		length_us = USUAL_US;
	log_line("delay: %lu us at '%s'", length_us, chosen);
}

void delay_point(const char *name)
{
	if (unlikely(chosen[0]) && strcmp(chosen, name) == 0)
		delay_us((uint32_t)length_us);
}

#endif
