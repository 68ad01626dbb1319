/* The per-CPU windows: stacks, guards, struct cpu and the entry page (docs/memory.md). */
#pragma once

#include "lib/addr.h"

/* Map CPU 0's window from its storage in the image. Panics without memory. */
void window_map_boot_cpu(void);

/*
 * Make and map the window of CPU `id`, its struct cpu filled with identity. 0 or -ENOMEM; what was
 * allocated then stays with the window, which is never torn down. Takes RANK_KMAP, RANK_ZONE.
 */
__must_check int window_create(uint32_t id, uint32_t apic_id);

/* Pages that a window takes, tables not counted. For the log. */
unsigned window_pages(void);
