/* The keyboard at boot. */
#pragma once

/* Start it, as the words keymap= and input= say. Behind boot_monitor(), before a program runs. */
void boot_keyboard(void);
