#include "dev/vga_text.h"

#include "arch/x86_64/io.h"

#define BLANK	    0x0720 /* a space, light grey on black */
#define CRTC_INDEX  0x3d4
#define CRTC_DATA   0x3d5
#define CRTC_CURSOR 0x0e /* high byte of the cursor's place; 0x0f: low byte */
#define NOWHERE	    (VGA_TEXT_ROWS * VGA_TEXT_COLUMNS)

static volatile uint16_t *screen;
static unsigned cursor_at; /* its place, row by row; or NOWHERE */

/* What the BIOS's font (code page 437) has from 0x80 on, in Unicode. */
static const uint16_t upper_half[128] = {
	0x00c7, 0x00fc, 0x00e9, 0x00e2, 0x00e4, 0x00e0, 0x00e5, 0x00e7, 0x00ea, 0x00eb, 0x00e8,
	0x00ef, 0x00ee, 0x00ec, 0x00c4, 0x00c5, 0x00c9, 0x00e6, 0x00c6, 0x00f4, 0x00f6, 0x00f2,
	0x00fb, 0x00f9, 0x00ff, 0x00d6, 0x00dc, 0x00a2, 0x00a3, 0x00a5, 0x20a7, 0x0192, 0x00e1,
	0x00ed, 0x00f3, 0x00fa, 0x00f1, 0x00d1, 0x00aa, 0x00ba, 0x00bf, 0x2310, 0x00ac, 0x00bd,
	0x00bc, 0x00a1, 0x00ab, 0x00bb, 0x2591, 0x2592, 0x2593, 0x2502, 0x2524, 0x2561, 0x2562,
	0x2556, 0x2555, 0x2563, 0x2551, 0x2557, 0x255d, 0x255c, 0x255b, 0x2510, 0x2514, 0x2534,
	0x252c, 0x251c, 0x2500, 0x253c, 0x255e, 0x255f, 0x255a, 0x2554, 0x2569, 0x2566, 0x2560,
	0x2550, 0x256c, 0x2567, 0x2568, 0x2564, 0x2565, 0x2559, 0x2558, 0x2552, 0x2553, 0x256b,
	0x256a, 0x2518, 0x250c, 0x2588, 0x2584, 0x258c, 0x2590, 0x2580, 0x03b1, 0x00df, 0x0393,
	0x03c0, 0x03a3, 0x03c3, 0x00b5, 0x03c4, 0x03a6, 0x0398, 0x03a9, 0x03b4, 0x221e, 0x03c6,
	0x03b5, 0x2229, 0x2261, 0x00b1, 0x2265, 0x2264, 0x2320, 0x2321, 0x00f7, 0x2248, 0x00b0,
	0x2219, 0x00b7, 0x221a, 0x207f, 0x00b2, 0x25a0, 0x00a0,
};

static uint8_t character(uint16_t code)
{
	if (code >= ' ' && code <= '~')
		return (uint8_t)code;
	for (unsigned i = 0; i < ARRAY_SIZE(upper_half); i++) {
		if (upper_half[i] == code)
			return (uint8_t)(0x80 + i);
	}
	return '?';
}

/* The VGA has blue where ECMA-48 has red. */
static unsigned swapped(unsigned colour)
{
	return (colour & 10) | (colour & 1) << 2 | (colour & 4) >> 2;
}

static uint16_t attributes(struct cell cell)
{
	unsigned fg = cell.colour & 15, bg = cell.colour >> 4;

	if (cell.flags & CELL_BOLD)
		fg |= 8;
	if (cell.flags & CELL_REVERSE)
		fg = fg & 8 ? 8 | bg : bg, bg = cell.colour & 15;
	/* A bright background would blink. */
	return (uint16_t)(swapped(fg) << 8 | swapped(bg & 7) << 12);
}

static void move_cursor(unsigned place)
{
	cursor_at = place;
	outb(CRTC_INDEX, CRTC_CURSOR);
	outb(CRTC_DATA, (uint8_t)(place >> 8));
	outb(CRTC_INDEX, CRTC_CURSOR + 1);
	outb(CRTC_DATA, (uint8_t)place);
}

void vga_text_use(volatile uint16_t *memory)
{
	screen = memory;
}

void vga_text_clear(void)
{
	for (unsigned i = 0; screen && i < VGA_TEXT_ROWS * VGA_TEXT_COLUMNS; i++)
		screen[i] = BLANK;
}

void vga_text_draw(unsigned row, unsigned column, struct cell cell)
{
	unsigned place = row * VGA_TEXT_COLUMNS + column;

	if (!screen)
		return;
	screen[place] = attributes(cell) | character(cell.code);
	if (cell.flags & CELL_CURSOR)
		move_cursor(place);
	else if (place == cursor_at)
		move_cursor(NOWHERE);
}
