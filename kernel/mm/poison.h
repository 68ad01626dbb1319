/*
 * Debug builds fill free memory with a pattern, and look whether it is still there when the memory
 * is handed out: who writes to what it has freed is found, though not named. Frames here; objects
 * of slab caches in slab_guard.h.
 */
#pragma once

#include "mm/page.h"

#ifdef DEBUG

#define POISON 0x6b /* as a pointer it is not canonical */

/*
 * Fill memory with that byte; and find the offset of the first word where it is no more, or `size`,
 * which is a multiple of a word's.
 */
void poison_fill(void *memory, size_t size, uint8_t byte);
size_t poison_find(const void *memory, size_t size, uint8_t byte);

/* Fill 2^order free frames. */
void poison_frames(const struct page *page, unsigned int order);

/* Panic unless 2^order free frames are as poison_frames() left them. `caller` wants to have them.
 */
void poison_check_frames(const struct page *page, unsigned int order, uintptr_t caller);

#else

static inline void poison_frames(const struct page *page, unsigned int order)
{
	(void)page;
	(void)order;
}

static inline void poison_check_frames(const struct page *page, unsigned int order,
				       uintptr_t caller)
{
	(void)page;
	(void)order;
	(void)caller;
}

#endif
