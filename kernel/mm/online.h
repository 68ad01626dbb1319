/*
 * Bringing RAM online: frame table and direct map are made piece by piece, in ascending order of
 * address, so that boot time and the memory that the table costs do not grow with RAM. Everything
 * below the cursor is online, everything above is not.
 */
#pragma once

#include "lib/upcall.h"
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

/* Is there RAM that is not online yet? Then a failed allocation may succeed later. */
extern uint64_t online_bytes_left; /* atomic: what of it will be free */
static inline bool online_left(void)
{
	return __atomic_load_n(&online_bytes_left, __ATOMIC_RELAXED);
}

/* Called after allocations: asks for the task (CPU_WORK_ONLINE) when free memory is low. */
void online_check_free(void);
static inline void online_check_watermark(void)
{
	if (unlikely(online_left()))
		online_check_free();
}

/* Should the task go on: is free memory below the upper watermark and RAM still offline? */
bool online_wanted(void);

/* `frames` frames cannot be used: told at the end of boot and counted. */
void online_note_unused(uint64_t frames);

/* RAM, in bytes, that is free or will be once it is online. For the log and for figures. */
uint64_t online_offline_bytes(void);

/* Bytes that the frame table takes now. */
uint64_t online_table_bytes(void);
