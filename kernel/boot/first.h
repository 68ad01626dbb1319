/* The first process. */
#pragma once

/* Read the initial archive and make the first process of it. Panics, naming why, when it cannot. */
void boot_first_process(void);
