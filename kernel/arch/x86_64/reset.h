/* Starting the machine anew. */
#pragma once

#include "lib/base.h"

/*
 * Reset by the register that PC chipsets have at port 0xcf9, which resets all devices too; else by
 * the keyboard controller, if there is one (`i8042`; its output port's bit 0 is the CPU's reset
 * line); else by a triple fault (SDM 3A 6.15).
 */
__noreturn void machine_reset(bool i8042);
