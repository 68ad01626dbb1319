/* The stages of the boot, each stamped as it begins: what tools/bootchart draws. */
#pragma once

#include "lib/base.h"

/*
 * The boot CPU begins the stage `name`, a literal of few letters, and has ended the one before. At
 * most 12 stages; what is behind them counts as the last one.
 */
void boot_stage(const char *name);

/*
 * Log, in one line, when each stage began and when the last one ended, at `end_tsc`: microseconds
 * since the kernel's first instruction. Once the clock runs.
 */
void boot_stages_tell(uint64_t end_tsc);
