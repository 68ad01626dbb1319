/* Names for kernel addresses, from the symbol table that the boot loader handed over. */
#pragma once

#include "lib/base.h"

/*
 * Use this ELF64 symbol table: `symtab_size` bytes at `symtab`, names in the `strtab_size` bytes at
 * `strtab`. Both stay in use; neither is trusted. Without a call every name is "?".
 */
void symbols_use(const void *symtab, size_t symtab_size, const char *strtab, size_t strtab_size);

/* Does `address` lie in the kernel's text? */
bool symbol_is_code(uintptr_t address);

/* The function that `address` lies in, or "?"; `*offset` is set to the distance from its start. */
const char *symbol_name(uintptr_t address, uintptr_t *offset);

/* The same without the distance: for "taken in ..." and the like. */
const char *symbol_function(uintptr_t address);
