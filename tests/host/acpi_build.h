/* Builds ACPI tables in a fake physical memory, and reads them with the kernel's code. */
#pragma once

#include "acpi_memory.h"

extern struct acpi_memory acpi_memory;
extern uint8_t acpi_rsdp[36];
extern size_t acpi_rsdp_size; /* how much of it acpi_build_parse() hands over */

/* Forget all tables. */
void acpi_build_begin(void);

/* Add a table of 36 bytes of header, checksum included, and `n` bytes; returns its address. */
uint64_t acpi_build_table(const char *name, uint8_t revision, const void *body, uint32_t n);

/* Add a list ("RSDT" or "XSDT") of `n` tables; returns its address. */
uint64_t acpi_build_list(const char *name, const uint64_t *addrs, uint32_t n);

/* Make the root pointer. */
void acpi_build_rsdp(uint8_t revision, uint64_t rsdt, uint64_t xsdt);

/* The byte at a physical address, to damage it. */
uint8_t *acpi_build_at(uint64_t addr);

/* acpi_parse() from the root pointer; what is told is in told.h. */
int acpi_build_parse(struct acpi_info *info);
