#include "boot_console.h"

#include "boot_info.h"
#include "boot_memory.h"
#include "core/log.h"
#include "dev/console.h"
#include "dev/log_sinks.h"
#include "dev/vga_text.h"
#include "lib/cmdline.h"
#include "lib/string.h"
#include "lib/upcall.h"
#include "mm/kmap.h"
#include "mm/phys.h"

static bool ports_open[UARTS];

/* Under log=com2 the first port and the screen belong to the programs alone, or to nobody. */
static bool log_apart(void)
{
	char word[8] = "";

	cmdline_get(boot_info.cmdline, "log", word, sizeof(word));
	return strcmp(word, "com2") == 0;
}

/* Is there a VGA in text mode? GRUB says so, or says nothing on a machine with a BIOS. */
static bool has_text_screen(void)
{
	if (boot_has(&boot_info, MB2_TAG_FRAMEBUFFER))
		return boot_info.framebuffer.type == FRAMEBUFFER_TEXT;
	return !boot_has(&boot_info, MB2_TAG_EFI32) && !boot_has(&boot_info, MB2_TAG_EFI64);
}

bool boot_console_log_port(enum uart *uart)
{
	*uart = log_apart() ? UART_COM2 : UART_COM1;
	return ports_open[*uart];
}

void boot_console(void)
{
	ports_open[UART_COM1] = uart_open(UART_COM1);
	log_quiet = cmdline_has(boot_info.cmdline, "quiet");
	if (log_apart()) {
		ports_open[UART_COM2] = uart_open(UART_COM2);
		if (ports_open[UART_COM2])
			log_to_uart(UART_COM2);
		return;
	}
	if (ports_open[UART_COM1])
		log_to_uart(UART_COM1);
	if (has_text_screen()) {
		vga_text_use(phys_to_virt(PADDR(VGA_TEXT_ADDRESS)));
		log_to_screen();
	}
}

void *boot_console_map_screen(void)
{
	if (log_apart() || !has_text_screen() ||
	    memmap_overlaps_ram(&memmap, VGA_TEXT_ADDRESS, VGA_TEXT_ADDRESS + VGA_TEXT_SIZE))
		return NULL;
	return mmio_map(VGA_TEXT_ADDRESS, VGA_TEXT_SIZE, KMAP_MMIO);
}

void boot_console_for_programs(void)
{
	if (!console_start())
		panic("no memory for the console");
	if (!log_apart())
		console_use_screen();
}
