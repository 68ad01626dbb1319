/* The kernel image's segments, from the linker script (boot/kernel.ld). */
#pragma once

extern char boot_start[], boot_end[]; /* physical: the boot code and tables */
extern char boot_screen_pd[];	      /* physical: see boot/tables.S */
extern char kernel_start[], kernel_end[];
extern char text_start[], text_end[];
extern char rodata_start[], rodata_end[];
extern char data_start[];
extern char percpu_end[]; /* an offset in a window */
