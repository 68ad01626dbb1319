// sources: kernel/dev/keymap.c
/* Print a layout: for each key and level that have a character, their numbers and it, in hex. */
#include <stdio.h>

#include "dev/keymap.h"

int main(int argc, char **argv)
{
	const struct keymap *map = argc == 2 ? keymap_find(argv[1]) : NULL;

	if (!map)
		return 1;
	for (unsigned key = 0; key < 0x80; key++) {
		for (enum key_level level = LEVEL_PLAIN; level < KEY_LEVELS; level++) {
			uint16_t c = keymap_char(map, (uint8_t)key, level);

			if (c)
				printf("%x %x %x\n", key, (unsigned)level, (unsigned)c);
		}
	}
	return 0;
}
