/* The keyboard's keys on their way to the monitor, and what Alt-SysRq and a letter do. */
#pragma once

#include "lib/base.h"

#define KEY_BREAK 0x00 /* as a serial line's break; Ctrl-@ is the same byte */

/* Have the keyboard hand on to the monitor what is its own. At boot. */
void keys_use(void);

/* The next key, or -1. In a panic the keyboard is looked at. For the monitor's task alone. */
int keys_take(void);
