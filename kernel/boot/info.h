/* What the loader handed over, read once, and what the command line says. */
#pragma once

#include "lib/multiboot2.h"

extern struct boot_info boot_info;

/* The TSC at the kernel's first instructions. */
extern uint64_t boot_tsc;

/* Read the information at physical `address`, while the boot tables map it. */
void boot_info_read(uint32_t address);

/* Log what it says, and use its symbols for backtraces. After the log has its sinks. */
void boot_info_tell(void);
