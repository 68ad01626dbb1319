/* Starting the machine anew. */
#pragma once

#include "lib/base.h"

/*
 * Reset by the keyboard controller (its output port's bit 0 is the CPU's reset line); where there
 * is none, by a triple fault (SDM 3A 6.15).
 */
__noreturn void machine_reset(void);
