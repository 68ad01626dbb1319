/*
 * The framebuffer that the loader has set up (MB2 3.6.12): drawing on it, at once. Whoever draws
 * sees to it that nobody else does: the screen (screen.h) has a lock, and in a panic one CPU is
 * left.
 */
#pragma once

#include "dev/pixels.h"

/* Draw on the framebuffer of this tag, which is not refused, mapped at `base`; NULL: not any more.
 */
void framebuffer_use(const struct boot_framebuffer *tag, void *base);

/* Its size in pixels; false when there is none. */
bool framebuffer_size(uint32_t *width, uint32_t *height);

/* Fill a rectangle (pixels, cut off at the edges) with the colour 0xRRGGBB. */
void framebuffer_fill(uint32_t x, uint32_t y, uint32_t width, uint32_t height, uint32_t rgb);

/*
 * Draw a character (font.h) in colour `fg` on `bg` (0xRRGGBB), its upper left corner at x, y, each
 * of its pixels `scale` pixels wide and high. Nothing happens where it does not fit.
 */
void framebuffer_glyph(uint32_t x, uint32_t y, unsigned scale, uint16_t code, uint32_t fg,
		       uint32_t bg);
