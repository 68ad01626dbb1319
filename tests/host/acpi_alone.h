/*
 * One ACPI table for its parser alone, in a heap block of just its size, so that a sanitizer sees a
 * read behind it. What the parser tells is in told.h.
 */
#pragma once

#include <stdlib.h>
#include <string.h>

#include "dev/acpi_table.h"
#include "told.h"

static const struct acpi_access acpi_alone_access = {.tell = told};

/* A table of these bytes, named by the first four; nothing has been told yet. */
static inline struct acpi_table acpi_alone(const void *bytes, uint32_t size)
{
	uint8_t *copy = malloc(size);
	struct acpi_table table = {.bytes = bytes_of(copy, size)};

	memcpy(copy, bytes, size);
	memcpy(table.name, bytes, 4);
	told_reset();
	return table;
}

static inline void acpi_alone_free(const struct acpi_table *table)
{
	free((void *)(uintptr_t)table->bytes.base);
}
