/* The direct map: where the kernel reaches a frame of RAM by its physical address. */
#pragma once

#include "arch/x86_64/layout.h"
#include "lib/addr.h"
#include "mm/page.h"

/* Only for RAM that the direct map holds: at boot below 4 GiB, later all that is online. */
static inline void *phys_to_virt(paddr_t pa)
{
	return (void *)(PHYS_OFFSET + pa.raw);
}

/* The inverse, for addresses in the direct map. */
static inline paddr_t direct_map_to_phys(const void *va)
{
	return PADDR((uintptr_t)va - PHYS_OFFSET);
}

static inline void *page_to_virt(const struct page *page)
{
	return phys_to_virt(page_to_paddr(page));
}

/* The physical address of something in the kernel image. */
static inline paddr_t image_to_phys(const void *va)
{
	return PADDR((uintptr_t)va - KERNEL_VIRT_BASE);
}
