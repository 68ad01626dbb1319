/*
 * What a memory map must be whatever the firmware said, for the host test and the fuzz target: a
 * comparison with the entries themselves, page by page at every edge. Whatever is wrong aborts.
 */
#pragma once

#include "mm/memmap.h"

#define MODEL_ENTRIES 2048

struct memmap_model {
	uint32_t n;
	struct memmap_entry entries[MODEL_ENTRIES];
};

/* memmap_build() from the model's entries. */
void memmap_model_build(struct memmap *map, struct memmap_model *model, tell_fn tell, void *ctx);

/* The checks alone, for a map that was built from `model`, with reservations or without. */
void memmap_model_check(const struct memmap *map, const struct memmap_model *model);
