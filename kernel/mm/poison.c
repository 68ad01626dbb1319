#include "mm/poison.h"

#ifdef DEBUG

#include "core/symbols.h"
#include "lib/string.h"
#include "mm/phys.h"

#define POISON	    0x6b /* as a pointer it is not canonical */
#define POISON_WORD 0x6b6b6b6b6b6b6b6bUL

void poison_frames(const struct page *page, unsigned int order)
{
	memset(page_to_virt(page), POISON, PAGE_SIZE << order);
}

/* The first word of `n` that is not the pattern, or `n`. */
static size_t find_change(const uint64_t *words, size_t n)
{
	size_t i = 0;

	while (i < n && words[i] == POISON_WORD)
		i++;
	return i;
}

void poison_check_frames(const struct page *page, unsigned int order, uintptr_t caller)
{
	const uint64_t *words = page_to_virt(page);
	size_t n = (PAGE_SIZE << order) / sizeof(*words), at = find_change(words, n);

	if (at < n)
		panic("free frame %lx was written to: %lx at offset 0x%lx; %s wanted to have it",
		      page_to_pfn(page) + at * sizeof(*words) / PAGE_SIZE, words[at],
		      at * sizeof(*words) % PAGE_SIZE, symbol_function(caller));
}

void poison_object(void *object, size_t size)
{
	memset(object, POISON, size);
}

void poison_check_object(const void *object, size_t size, const char *name)
{
	const uint64_t *words = object;
	size_t n = size / sizeof(*words), at = find_change(words, n);

	if (at < n)
		panic("slab '%s': free object %p was written to: %lx at offset 0x%lx", name, object,
		      words[at], at * sizeof(*words));
}

#endif
