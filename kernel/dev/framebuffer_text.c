#include "dev/framebuffer_text.h"

#include "dev/framebuffer.h"

#define ENLARGED_COST 3 /* an enlarged pixel, in pixels that are drawn four at a time */

static unsigned scale;

/* Of CELL_COLOUR(): as the VGA shows them. */
static const uint32_t palette[16] = {
	0x000000, 0xaa0000, 0x00aa00, 0xaa5500, 0x0000aa, 0xaa00aa, 0x00aaaa, 0xaaaaaa,
	0x555555, 0xff5555, 0x55ff55, 0xffff55, 0x5555ff, 0xff55ff, 0x55ffff, 0xffffff,
};

unsigned framebuffer_text_begin(unsigned *rows, unsigned *columns)
{
	uint32_t width, height;

	if (!framebuffer_size(&width, &height))
		return 0;
	scale = 0;
	do {
		scale++;
		*rows = height / (FONT_HEIGHT * scale);
		*columns = width / (FONT_WIDTH * scale);
	} while (*rows > CELLS_ROWS_MAX || *columns > CELLS_COLUMNS_MAX ||
		 *rows * *columns > CELLS_MAX);
	framebuffer_fill(0, 0, width, height, palette[0]);
	return scale == 1 ? 1 : scale * scale * ENLARGED_COST;
}

void framebuffer_text_draw(unsigned row, unsigned column, struct cell cell)
{
	unsigned x = column * FONT_WIDTH * scale, y = row * FONT_HEIGHT * scale;
	unsigned fg = cell.colour & 15, bg = cell.colour >> 4;

	if (cell.flags & CELL_BOLD)
		fg |= 8;
	/* The cursor shows reversed colours, on reversed text not reversed ones. */
	if (!(cell.flags & CELL_REVERSE) != !(cell.flags & CELL_CURSOR)) {
		unsigned was_fg = fg;

		fg = bg;
		bg = was_fg;
	}
	framebuffer_glyph(x, y, scale, cell.code, palette[fg], palette[bg]);
	if (cell.flags & CELL_UNDERLINE)
		framebuffer_fill(x, y + (FONT_HEIGHT - 1) * scale, FONT_WIDTH * scale, scale,
				 palette[fg]);
}
