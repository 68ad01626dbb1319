#include "mm/poison.h"

#ifdef DEBUG

#include "core/symbols.h"
#include "lib/string.h"
#include "mm/phys.h"

void poison_fill(void *memory, size_t size, uint8_t byte)
{
	memset(memory, byte, size);
}

size_t poison_find(const void *memory, size_t size, uint8_t byte)
{
	const uint64_t *words = memory, pattern = 0x0101010101010101UL * byte;
	size_t n = size / sizeof(*words), i = 0;

	while (i < n && words[i] == pattern)
		i++;
	return i * sizeof(*words);
}

void poison_frames(const struct page *page, unsigned int order)
{
	poison_fill(page_to_virt(page), PAGE_SIZE << order, POISON);
}

void poison_check_frames(const struct page *page, unsigned int order, uintptr_t caller)
{
	const uint64_t *words = page_to_virt(page);
	size_t size = PAGE_SIZE << order, at = poison_find(words, size, POISON);

	if (at < size)
		panic("free frame %lx was written to: %lx at offset 0x%lx; %s wanted to have it",
		      page_to_pfn(page) + at / PAGE_SIZE, words[at / sizeof(*words)],
		      at % PAGE_SIZE, symbol_function(caller));
}

#endif
