#include "boot/keyboard.h"

#include "boot/info.h"
#include "boot/machine.h"
#include "core/log.h"
#include "dev/console_input.h"
#include "dev/keyboard.h"
#include "lib/cmdline.h"
#include "lib/string.h"
#include "lib/upcall.h"

#define DEFAULT_KEYMAP "us"

static const struct keymap *chosen_map(void)
{
	char word[8] = DEFAULT_KEYMAP;
	const struct keymap *map;

	cmdline_get(boot_info.cmdline, "keymap", word, sizeof(word));
	map = keymap_find(word);
	if (!map)
		log_line("keyboard: there is no layout '%s'", word);
	return map ? map : keymap_find(DEFAULT_KEYMAP);
}

void boot_keyboard(void)
{
	char word[16] = "";

	cmdline_get(boot_info.cmdline, "input", word, sizeof(word));
	console_input_init(strcmp(word, "none") != 0);
	if (!keyboard_start(&acpi.fadt, chosen_map()))
		panic("no memory for the keyboard");
}
