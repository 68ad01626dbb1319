#include "core/symbols.h"

#include "arch/x86_64/cpu.h"
#include "arch/x86_64/entry.h"
#include "arch/x86_64/image.h"
#include "lib/string.h"

struct elf_symbol {
	uint32_t name;
	uint8_t info;
	uint8_t other;
	uint16_t section;
	uint64_t value;
	uint64_t size;
};

#define SYMBOL_TYPE(info) ((info)&0xf)
#define SYMBOL_FUNC	  2
#define SYMBOL_NOTYPE	  0 /* labels in assembly */

static const struct elf_symbol *symbols;
static size_t symbol_count;
static const char *names;
static size_t names_size;

void symbols_use(const void *symtab, size_t symtab_size, const char *strtab, size_t strtab_size)
{
	symbols = symtab;
	symbol_count = symtab_size / sizeof(*symbols);
	names = strtab;
	names_size = strtab_size;
}

static bool names_code(const struct elf_symbol *symbol)
{
	unsigned type = SYMBOL_TYPE(symbol->info);

	return (type == SYMBOL_FUNC || type == SYMBOL_NOTYPE) && symbol->section != 0 &&
	       symbol->value >= (uint64_t)text_start && symbol->name < names_size &&
	       names[symbol->name] &&
	       strnlen(names + symbol->name, names_size - symbol->name) < names_size - symbol->name;
}

/* The entry page is kernel text that runs in each CPU's window: its address in the image. */
static uintptr_t image_address(uintptr_t address)
{
	uintptr_t offset = address - window_of(address);

	if (address < PERCPU_STACK_REGION_BASE || address >= cpu_window(CPU_MAX) ||
	    offset < WINDOW_ENTRY || offset >= WINDOW_ENTRY + PAGE_SIZE)
		return address;
	return (uintptr_t)cpu_entry + (offset - WINDOW_ENTRY);
}

bool symbol_is_code(uintptr_t address)
{
	address = image_address(address);
	return address >= (uintptr_t)text_start && address < (uintptr_t)text_end;
}

const char *symbol_name(uintptr_t address, uintptr_t *offset)
{
	const struct elf_symbol *best = NULL;

	*offset = 0;
	if (!symbol_is_code(address))
		return "?";
	address = image_address(address);
	for (size_t i = 0; i < symbol_count; i++) {
		const struct elf_symbol *symbol = &symbols[i];

		if (symbol->value <= address && (!best || symbol->value > best->value) &&
		    names_code(symbol))
			best = symbol;
	}
	if (!best)
		return "?";
	*offset = address - best->value;
	return names + best->name;
}

const char *symbol_function(uintptr_t address)
{
	uintptr_t offset;

	return symbol_name(address, &offset);
}
