#include "boot/info.h"

#include "core/log.h"
#include "core/symbols.h"
#include "lib/fmt.h"
#include "mm/phys.h"

#define BOOT_MAP_END GIB(4)
#define INFO_MAX     MIB(1)
#define TOLD_MAX     8
#define SHT_SYMTAB   2
#define SHT_STRTAB   3

struct boot_info boot_info;
uint64_t boot_tsc;

/* Oddities are found before there is a log to tell them on; the first few are kept. */
static char told[TOLD_MAX][120];
static unsigned told_count;
static bool parsed;

static void keep(void *ctx, const char *fmt, ...) __printf_like(2, 3);
static void keep(void *ctx, const char *fmt, ...)
{
	va_list args;

	(void)ctx;
	if (told_count == TOLD_MAX)
		return;
	va_start(args, fmt);
	fmt_vsnprintf(told[told_count++], sizeof(told[0]), fmt, args);
	va_end(args);
}

void boot_info_read(uint32_t address)
{
	size_t room = (size_t)MIN(INFO_MAX, BOOT_MAP_END - address);

	parsed = multiboot2_parse(phys_to_virt(PADDR(address)), room, &boot_info, keep, NULL) == 0;
}

/* The symbol table among the ELF sections, which GRUB loaded somewhere below 4 GiB. */
static void use_symbols(void)
{
	struct boot_elf_section symtab, strtab;

	for (uint32_t i = 0; boot_elf_section(&boot_info, i, &symtab); i++) {
		if (symtab.type != SHT_SYMTAB ||
		    !boot_elf_section(&boot_info, symtab.link, &strtab) ||
		    strtab.type != SHT_STRTAB)
			continue;
		if (symtab.addr + symtab.size > BOOT_MAP_END ||
		    strtab.addr + strtab.size > BOOT_MAP_END)
			continue;
		symbols_use(phys_to_virt(PADDR(symtab.addr)), symtab.size,
			    phys_to_virt(PADDR(strtab.addr)), strtab.size);
		return;
	}
	log_line("boot: no symbol table; backtraces are numbers");
}

void boot_info_tell(void)
{
	log_line("boot: loader '%s', command line '%s'", boot_info.loader, boot_info.cmdline);
	if (!parsed)
		log_line("boot: the loader's information cannot be used");
	for (unsigned i = 0; i < told_count; i++)
		log_line("boot: %s", told[i]);
	for (unsigned i = 0; i < boot_info.n_modules; i++)
		log_line("boot: module %lx..%lx '%s'", boot_info.modules[i].start.raw,
			 boot_info.modules[i].end.raw, boot_info.modules[i].cmdline);
	use_symbols();
}
