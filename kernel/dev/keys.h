/*
 * What pressed keys mean: bytes for who reads the console, or something for the kernel itself: a
 * request by SysRq, Ctrl-Alt-Del, or to look back on the screen, by Shift and Page Up.
 * Characters are UTF-8; other keys send what TERM=linux says (terminfo). Pure.
 */
#pragma once

#include "dev/keymap.h"
#include "dev/scan_codes.h"

#define KEY_BYTES_MAX 8

struct keys {
	const struct keymap *map;
	uint8_t held; /* modifiers, both of a pair apart */
	bool caps, num;
	bool sysrq; /* Alt-SysRq is held */
};

struct key_output {
	char bytes[KEY_BYTES_MAX];
	unsigned n;
	char sysrq; /* the letter or digit that was pressed with Alt-SysRq, as on a us keyboard; or
		       0 */
	bool ctrl_alt_del;
	int look; /* by pages of the screen: -1 further back, 1 forward again */
};

/* Take an event; what it means is in `out`. */
void keys_feed(struct keys *keys, const struct key_event *event, struct key_output *out);
