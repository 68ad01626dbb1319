/*
 * Bringing RAM online: frame table and direct map are made piece by piece, in ascending order of
 * address, so that boot time and the memory that the table costs do not grow with RAM. Everything
 * below the cursor is online, everything above is not.
 */
#pragma once

#include "mm/memmap.h"

/* Start: `map` is used for good. Brings the first pieces online, with tables from `map`. */
void online_init(struct memmap *map);

/*
 * Bring more of the next piece (32 MiB of address space) online, in debug builds a chunk of it;
 * false when no more is left.
 */
bool online_next(void);

/* Bring pieces online until `frames` frames are free; false when RAM does not suffice. */
bool online_at_least(uint64_t frames);

/* Called after allocations: asks for the task (CPU_WORK_ONLINE) when free memory is low. */
void online_check_watermark(void);

/* Should the task go on: is free memory below the upper watermark and RAM still offline? */
bool online_wanted(void);

/* Is there RAM that is not online yet? Then a failed allocation may succeed later. */
bool online_left(void);

/* `frames` frames cannot be used: told at the end of boot and counted. */
void online_note_unused(uint64_t frames);

/* RAM, in bytes, that is free or will be once it is online. For the log and for figures. */
uint64_t online_offline_bytes(void);

/* Bytes that the frame table takes now. */
uint64_t online_table_bytes(void);
