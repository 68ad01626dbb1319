/*
 * The console's font: Terminus, of 8 by 16 pixels, which tools/mkfont converts when the kernel is
 * built.
 */
#pragma once

#include "lib/base.h"

#define FONT_WIDTH  8
#define FONT_HEIGHT 16

/* Which glyph a character of Unicode's first plane has. */
struct font_character {
	uint16_t code;
	uint16_t glyph;
};

/* A glyph is a byte for each row from the top, its leftmost pixel in bit 7. Sorted by code. */
extern const uint8_t font_glyphs[][FONT_HEIGHT];
extern const struct font_character font_characters[];
extern const unsigned font_characters_count;

/* The FONT_HEIGHT rows of a character; what the font does not have looks like U+FFFD. */
const uint8_t *font_glyph(uint16_t code);
