/*
 * Physical memory for tests of the ACPI reader. What it maps are copies in heap blocks of just the
 * size asked for, so that a sanitizer sees a read behind it.
 */
#pragma once

#include <stdlib.h>
#include <string.h>

#include "dev/acpi_tables.h"

#define ACPI_MAPS_MAX 2048

struct acpi_memory {
	uint64_t base; /* physical address of bytes[0] */
	const uint8_t *bytes;
	uint64_t size;
	uint64_t changing; /* the table at this address changes from one mapping to the next */
	void *maps[ACPI_MAPS_MAX];
	unsigned n_maps;
};

/* The `map` of struct acpi_access; `ctx` is a struct acpi_memory. */
static inline const void *acpi_memory_map(void *ctx, paddr_t addr, uint64_t size)
{
	struct acpi_memory *memory = ctx;
	uint64_t offset = addr.raw - memory->base;
	uint8_t *copy;

	if (addr.raw < memory->base || offset > memory->size || size > memory->size - offset ||
	    memory->n_maps == ACPI_MAPS_MAX)
		return NULL;
	copy = malloc(size);
	memcpy(copy, memory->bytes + offset, size);
	if (addr.raw == memory->changing && size > 36)
		copy[4] ^= 0x80;
	memory->maps[memory->n_maps++] = copy;
	return copy;
}

static inline void acpi_memory_free(struct acpi_memory *memory)
{
	while (memory->n_maps > 0)
		free(memory->maps[--memory->n_maps]);
}
