#include "dev/font.h"

#define REPLACEMENT 0xfffd

/* By bisection, but for ASCII; NULL: the font does not have it. */
static const uint8_t *find(uint16_t code)
{
	unsigned low = 0, high = font_characters_count;
	unsigned dense =
		code - font_characters[0].code; /* where it is if all before it are there */

	if (dense < high && font_characters[dense].code == code)
		return font_glyphs[font_characters[dense].glyph];
	while (low < high) {
		unsigned middle = (low + high) / 2;

		if (font_characters[middle].code < code)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == font_characters_count || font_characters[low].code != code)
		return NULL;
	return font_glyphs[font_characters[low].glyph];
}

const uint8_t *font_glyph(uint16_t code)
{
	const uint8_t *glyph = find(code);

	if (!glyph)
		glyph = find(REPLACEMENT);
	return glyph ? glyph : font_glyphs[0];
}
