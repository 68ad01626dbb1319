/*
 * The zones of RAM, each with a buddy allocator and a lock. Here is what the magazines in front of
 * them (frames.c) need of them; all else is in frames.h.
 */
#pragma once

#include "mm/frames.h"

/* A block of 2^order frames, of type PAGE_KERNEL; or NULL. Takes RANK_ZONE. */
struct page *zones_alloc(unsigned int order, uintptr_t caller);

/*
 * Give back `n` single frames out of a magazine, each in the name of who put it there; the lock is
 * taken once for neighbours of one zone. Takes RANK_ZONE.
 */
void zones_free(struct page *const *frames, uint32_t n);

/* An allocation failed: who asked may wait until there is memory, and do it again (memory_task.h).
 */
void zones_note_failure(void);
