/* In place of the kernel's mm/phys.h: RAM is an array of the host. */
#pragma once

#include "lib/addr.h"
#include "mm/page.h"

extern uint8_t *model_ram; /* physical address 0 */

static inline void *phys_to_virt(paddr_t pa)
{
	return model_ram + pa.raw;
}

static inline paddr_t direct_map_to_phys(const void *va)
{
	return PADDR((uint64_t)((const uint8_t *)va - model_ram));
}

static inline void *page_to_virt(const struct page *page)
{
	return phys_to_virt(page_to_paddr(page));
}
