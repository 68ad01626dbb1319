/*
 * Drawing into memory that a screen shows, of 15 to 32 bits a pixel, with any pitch and any place
 * of the colours. It is only written, never read: reading it may be very slow. Pure.
 */
#pragma once

#include "dev/font.h"
#include "lib/multiboot2.h"

#define PIXELS_SCALE_MAX 8

struct pixels {
	uint8_t *base;
	uint32_t width, height; /* pixels */
	uint32_t pitch;		/* bytes from one line to the next */
	uint32_t bytes;		/* of a pixel: 2, 3 or 4 */
	struct {
		uint8_t pos, bits; /* lowest bit, number of bits */
	} red, green, blue;
};

/* Two colours, made ready for drawing glyphs. */
struct pixels_brush {
	uint32_t colours[2]; /* background, foreground: pixels */
	uint8_t pairs[4][8]; /* all patterns of 2 pixels, as they are in memory */
};

/*
 * Why nothing can be drawn on a framebuffer as its tag describes it, at physical addresses of
 * `phys_bits`: a few words, or NULL when it can.
 */
const char *pixels_refuse(const struct boot_framebuffer *tag, unsigned phys_bits);

/* The framebuffer of a tag that is not refused, mapped at `base`. */
void pixels_init(struct pixels *pixels, const struct boot_framebuffer *tag, void *base);

/* Bytes from the first pixel to behind the last. */
uint64_t pixels_size(const struct boot_framebuffer *tag);

/* Fill a rectangle, cut off at the edges, with the colour 0xRRGGBB. */
void pixels_fill(const struct pixels *pixels, uint32_t x, uint32_t y, uint32_t width,
		 uint32_t height, uint32_t rgb);

/* Make the brush for glyphs of colour `fg` on `bg`, 0xRRGGBB. */
void pixels_make_brush(const struct pixels *pixels, struct pixels_brush *brush, uint32_t fg,
		       uint32_t bg);

/*
 * Draw a glyph with its upper left corner at x, y, each of its pixels `scale` (up to
 * PIXELS_SCALE_MAX) pixels wide and high; all of it must lie on the screen.
 */
void pixels_glyph(const struct pixels *pixels, const struct pixels_brush *brush, uint32_t x,
		  uint32_t y, unsigned scale, const uint8_t glyph[FONT_HEIGHT]);
