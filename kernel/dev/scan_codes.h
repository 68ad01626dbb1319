/*
 * What keyboards send, as pressed and released keys: scan code set 1, which controllers translate
 * to, or set 2, which keyboards speak. A key is named by its code of set 1; with KEY_EXTENDED when
 * 0xe0 came before it. Pure.
 */
#pragma once

#include "lib/base.h"

#define KEY_EXTENDED 0x80

struct scan_decoder {
	uint8_t set; /* 1 or 2 */
	bool extended, released;
	uint8_t skip; /* bytes of the Pause key that are still to come */
};

struct key_event {
	uint8_t key;
	bool pressed;
};

/* Take one byte; true when it ends a key's code, which `event` is then. */
bool scan_decode(struct scan_decoder *decoder, uint8_t byte, struct key_event *event);
