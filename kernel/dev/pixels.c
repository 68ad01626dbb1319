#include "dev/pixels.h"

#include "lib/string.h"

#define SIDE_MIN    64	  /* pixels: what is smaller is no screen */
#define SIDE_MAX    16384 /* and what is larger is not believed */
#define COLOUR_BITS 8	  /* of each colour of 0xRRGGBB */

static uint32_t pixel_bytes(const struct boot_framebuffer *tag)
{
	return (tag->bpp + 7U) / 8;
}

static bool colour_fits(const struct boot_framebuffer *tag, uint8_t pos, uint8_t bits)
{
	return bits > 0 && bits <= 16 && pos + bits <= tag->bpp;
}

uint64_t pixels_size(const struct boot_framebuffer *tag)
{
	return (uint64_t)tag->pitch * (tag->height - 1) + (uint64_t)tag->width * pixel_bytes(tag);
}

const char *pixels_refuse(const struct boot_framebuffer *tag, unsigned phys_bits)
{
	uint64_t end = 1ULL << phys_bits;

	if (tag->type != FRAMEBUFFER_RGB)
		return "its pixels are no colours";
	if (tag->bpp < 15 || tag->bpp > 32)
		return "its depth is not 15 to 32 bits";
	if (tag->width < SIDE_MIN || tag->width > SIDE_MAX || tag->height < SIDE_MIN ||
	    tag->height > SIDE_MAX)
		return "its size is not believed";
	if (tag->pitch < tag->width * pixel_bytes(tag) || tag->pitch > 8 * SIDE_MAX)
		return "its lines overlap, or lie too far apart";
	if (!colour_fits(tag, tag->red_pos, tag->red_bits) ||
	    !colour_fits(tag, tag->green_pos, tag->green_bits) ||
	    !colour_fits(tag, tag->blue_pos, tag->blue_bits))
		return "its colours lie outside of the pixel";
	if (!tag->addr.raw || tag->addr.raw >= end || pixels_size(tag) > end - tag->addr.raw)
		return "no such address";
	return NULL;
}

void pixels_init(struct pixels *pixels, const struct boot_framebuffer *tag, void *base)
{
	*pixels = (struct pixels){
		.base = base,
		.width = tag->width,
		.height = tag->height,
		.pitch = tag->pitch,
		.bytes = pixel_bytes(tag),
		.red = {tag->red_pos, tag->red_bits},
		.green = {tag->green_pos, tag->green_bits},
		.blue = {tag->blue_pos, tag->blue_bits},
	};
}

/* 8 bits of a colour, as `bits` bits at `pos`. */
static uint32_t place(uint32_t colour, uint8_t pos, uint8_t bits)
{
	colour &= 0xff;
	colour = bits < COLOUR_BITS ? colour >> (COLOUR_BITS - bits)
				    : colour << (bits - COLOUR_BITS);
	return colour << pos;
}

static uint32_t encode(const struct pixels *p, uint32_t rgb)
{
	return place(rgb >> 16, p->red.pos, p->red.bits) |
	       place(rgb >> 8, p->green.pos, p->green.bits) | place(rgb, p->blue.pos, p->blue.bits);
}

static inline void put_pixel(uint8_t *at, uint32_t pixel, uint32_t bytes)
{
	if (bytes == 4) {
		__builtin_memcpy(at, &pixel, 4);
		return;
	}
	__builtin_memcpy(at, &pixel, 2);
	if (bytes == 3)
		at[2] = (uint8_t)(pixel >> 16);
}

/* A line of one colour; black is memory of zeros. */
static void fill_line(uint8_t *at, uint32_t width, uint32_t pixel, uint32_t bytes)
{
	if (!pixel) {
		memset(at, 0, (size_t)width * bytes);
		return;
	}
	for (; width > 0; width--, at += bytes)
		put_pixel(at, pixel, bytes);
}

void pixels_fill(const struct pixels *p, uint32_t x, uint32_t y, uint32_t width, uint32_t height,
		 uint32_t rgb)
{
	uint32_t pixel = encode(p, rgb);

	if (x >= p->width || y >= p->height)
		return;
	width = MIN(width, p->width - x);
	height = MIN(height, p->height - y);
	for (uint32_t line = y; line < y + height; line++)
		fill_line(p->base + (size_t)line * p->pitch + (size_t)x * p->bytes, width, pixel,
			  p->bytes);
}

void pixels_make_brush(const struct pixels *p, struct pixels_brush *brush, uint32_t fg, uint32_t bg)
{
	brush->colours[0] = encode(p, bg);
	brush->colours[1] = encode(p, fg);
	for (unsigned pattern = 0; pattern < ARRAY_SIZE(brush->pairs); pattern++) {
		put_pixel(brush->pairs[pattern], brush->colours[pattern >> 1], p->bytes);
		put_pixel(brush->pairs[pattern] + p->bytes, brush->colours[pattern & 1], p->bytes);
	}
}

static inline void put_pair(uint8_t *at, const uint8_t *pair, uint32_t bytes)
{
	if (bytes == 4) {
		__builtin_memcpy(at, pair, 8);
		return;
	}
	__builtin_memcpy(at, pair, 4);
	if (bytes == 3)
		__builtin_memcpy(at + 4, pair + 4, 2);
}

__always_inline_fn void glyph_lines(const struct pixels *p, const struct pixels_brush *brush,
				    uint8_t *at, const uint8_t *glyph, uint32_t bytes)
{
	for (unsigned line = 0; line < FONT_HEIGHT; line++, at += p->pitch) {
		unsigned bits = glyph[line];

		put_pair(at, brush->pairs[bits >> 6], bytes);
		put_pair(at + (size_t)2 * bytes, brush->pairs[bits >> 4 & 3], bytes);
		put_pair(at + (size_t)4 * bytes, brush->pairs[bits >> 2 & 3], bytes);
		put_pair(at + (size_t)6 * bytes, brush->pairs[bits & 3], bytes);
	}
}

static void enlarged_line(uint8_t *at, const struct pixels_brush *brush, uint8_t bits,
			  unsigned scale, uint32_t bytes)
{
	for (unsigned x = 0; x < FONT_WIDTH; x++, bits <<= 1) {
		for (unsigned i = 0; i < scale; i++, at += bytes)
			put_pixel(at, brush->colours[bits >> 7], bytes);
	}
}

void pixels_glyph(const struct pixels *p, const struct pixels_brush *brush, uint32_t x, uint32_t y,
		  unsigned scale, const uint8_t glyph[FONT_HEIGHT])
{
	uint8_t *at = p->base + (size_t)y * p->pitch + (size_t)x * p->bytes;

	if (scale > 1) {
		for (unsigned line = 0; line < FONT_HEIGHT * scale; line++, at += p->pitch)
			enlarged_line(at, brush, glyph[line / scale], scale, p->bytes);
	} else if (p->bytes == 4) {
		glyph_lines(p, brush, at, glyph, 4);
	} else if (p->bytes == 3) {
		glyph_lines(p, brush, at, glyph, 3);
	} else {
		glyph_lines(p, brush, at, glyph, 2);
	}
}
