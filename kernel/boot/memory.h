/* Physical memory at boot: the memory map, its reservations, and bringing it under management. */
#pragma once

#include "lib/addr.h"
#include "mm/memmap.h"

extern struct memmap memmap;

/* Where APs start in real mode: one page below 640 KiB; 0 when there is none. */
extern paddr_t trampoline_page;

/* Make the map from the boot information and reserve all that is in use. Panics without RAM. */
void boot_memory_map(uint32_t info_address);

/* Master tables, CR3, frames, caches: afterwards memory can be allocated. */
void boot_memory_start(void);

/* Usable RAM divided by `cpus`, in bytes. */
uint64_t boot_ram_per_cpu(uint32_t cpus);

/* Log what processes cannot have. At the start of the first process. */
void boot_memory_tell(void);

/*
 * Log what is free when all processes are gone: a run's length must not show in it. Frames in the
 * CPUs' magazines are not counted.
 */
void boot_memory_tell_end(void);
