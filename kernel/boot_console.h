/* Where the log and the first process's output go. */
#pragma once

/* Give the log its sinks, as the word log= says: before anything is told. */
void boot_console(void);

/* Show the log on the VGA text screen too, if there is one. After device memory can be mapped. */
void boot_console_screen(void);

/* Connect the programs' console to COM1 and start its task. */
void boot_console_for_programs(void);
