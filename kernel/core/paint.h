/* High-water marks of the stacks: they are painted before use, and the paint that is left is read.
 */
#pragma once

#include "lib/base.h"

/*
 * Paint the stacks of CPU `id`, whose window is mapped: all of them, or for the CPU that runs this
 * what lies below its stack pointer.
 */
void paint_stacks(uint32_t id);

/* Log, a line a CPU, the most that each of its stacks has ever held, in bytes. */
void paint_log(void);
