/* In place of the kernel's arch/x86_64/page_copy.h: stores that ThreadSanitizer sees. */
#pragma once

#include "lib/addr.h"
#include "lib/string.h"

static inline void clear_page(void *page)
{
	memset(page, 0, PAGE_SIZE);
}
