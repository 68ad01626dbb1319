/*
 * Keys to characters, by layout. Dead keys give their character at once. Pure.
 */
#pragma once

#include "lib/base.h"

enum key_level { LEVEL_PLAIN, LEVEL_SHIFT, LEVEL_ALTGR, KEY_LEVELS };

struct keymap;

/* The layout of that name: us, gb, de or fr; NULL when there is none. */
const struct keymap *keymap_find(const char *name);
const char *keymap_name(const struct keymap *map);

/* Has any key a character at LEVEL_ALTGR? */
bool keymap_has_altgr(const struct keymap *map);

/*
 * The character (a Unicode code point of 16 bits) that the key, a code of scan_codes.h, has at that
 * level; 0: none.
 */
uint16_t keymap_char(const struct keymap *map, uint8_t key, enum key_level level);
