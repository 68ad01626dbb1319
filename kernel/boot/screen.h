/*
 * The screen that the loader left: found and used at once, with the boot tables; moved to a mapping
 * of its own with the master tables.
 */
#pragma once

#include "mm/memmap.h"

/* Find the screen and show text on it; false when there is none. Tells nothing yet. */
__must_check bool boot_screen_start(void);

/* Log what screen there is, and what is wrong with the loader's framebuffer. */
void boot_screen_tell(void);

/*
 * Map the screen, if one is used, in the master address space; and show text there once that is
 * CR3's: the boot tables' view of it goes. What lies in RAM is no screen.
 */
void boot_screen_map(const struct memmap *map);
void boot_screen_move(void);
