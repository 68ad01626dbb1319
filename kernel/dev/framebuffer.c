#include "dev/framebuffer.h"

static struct pixels pixels; /* base NULL: there is none */

void framebuffer_use(const struct boot_framebuffer *tag, void *base)
{
	pixels_init(&pixels, tag, base);
}

bool framebuffer_size(uint32_t *width, uint32_t *height)
{
	*width = pixels.width;
	*height = pixels.height;
	return pixels.base != NULL;
}

void framebuffer_fill(uint32_t x, uint32_t y, uint32_t width, uint32_t height, uint32_t rgb)
{
	if (pixels.base)
		pixels_fill(&pixels, x, y, width, height, rgb);
}

/* The brush of these colours: the last one, when they are the same. */
static const struct pixels_brush *brush_of(uint32_t fg, uint32_t bg)
{
	static struct pixels_brush brush;
	static uint32_t last_fg, last_bg; /* zeroes are black on black, brush included */

	if (fg != last_fg || bg != last_bg) {
		pixels_make_brush(&pixels, &brush, fg, bg);
		last_fg = fg;
		last_bg = bg;
	}
	return &brush;
}

void framebuffer_glyph(uint32_t x, uint32_t y, unsigned scale, uint16_t code, uint32_t fg,
		       uint32_t bg)
{
	if (!pixels.base || x + FONT_WIDTH * scale > pixels.width ||
	    y + FONT_HEIGHT * scale > pixels.height)
		return;
	pixels_glyph(&pixels, brush_of(fg, bg), x, y, scale, font_glyph(code));
}
