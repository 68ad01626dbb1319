/*
 * Debug builds fill free memory with a pattern, and look whether it is still there when the memory
 * is handed out: who writes to what it has freed is found, though not named.
 */
#pragma once

#include "mm/page.h"

#ifdef DEBUG

/* Fill 2^order free frames. */
void poison_frames(const struct page *page, unsigned int order);

/* Panic unless 2^order free frames are as poison_frames() left them. `caller` wants to have them.
 */
void poison_check_frames(const struct page *page, unsigned int order, uintptr_t caller);

/* The same for the `size` bytes of a free object. */
void poison_object(void *object, size_t size);
void poison_check_object(const void *object, size_t size, const char *name);

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

static inline void poison_object(void *object, size_t size)
{
	(void)object;
	(void)size;
}

static inline void poison_check_object(const void *object, size_t size, const char *name)
{
	(void)object;
	(void)size;
	(void)name;
}

#endif
