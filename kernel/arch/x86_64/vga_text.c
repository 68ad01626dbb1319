#include "arch/x86_64/vga_text.h"

#include "arch/x86_64/io.h"
#include "lib/string.h"

#define COLUMNS 80
#define ROWS	25
#define CELLS	(COLUMNS * ROWS)

#define GREY_ON_BLACK 0x0700
#define BLANK	      (GREY_ON_BLACK | ' ')

#define TAB_WIDTH 8

/* CRT controller (VGA, index and data port); cursor position in cells. */
#define CRTC_INDEX	 0x3d4
#define CRTC_DATA	 0x3d5
#define CRTC_CURSOR_HIGH 0x0e
#define CRTC_CURSOR_LOW	 0x0f

static volatile uint16_t *screen;

/* What the screen shows: reading it back from the device would be slow. */
static uint16_t shadow[CELLS];
static unsigned int cursor;		  /* the next cell, below CELLS */
static unsigned int dirty_from, dirty_to; /* cells of the shadow that are not on the screen yet */

static void mark_dirty(unsigned int from, unsigned int to)
{
	dirty_from = MIN(dirty_from, from);
	dirty_to = MAX(dirty_to, to);
}

static void show(void)
{
	for (unsigned int i = dirty_from; i < dirty_to && i < CELLS; i++)
		screen[i] = shadow[i];
	dirty_from = CELLS;
	dirty_to = 0;
	outb(CRTC_INDEX, CRTC_CURSOR_HIGH);
	outb(CRTC_DATA, (uint8_t)(cursor >> 8));
	outb(CRTC_INDEX, CRTC_CURSOR_LOW);
	outb(CRTC_DATA, (uint8_t)cursor);
}

static void blank(unsigned int from, unsigned int to)
{
	for (unsigned int i = from; i < to; i++)
		shadow[i] = BLANK;
}

static void next_line(void)
{
	cursor = cursor / COLUMNS * COLUMNS + COLUMNS;
	if (cursor < CELLS)
		return;
	memmove(shadow, shadow + COLUMNS, (CELLS - COLUMNS) * sizeof(shadow[0]));
	blank(CELLS - COLUMNS, CELLS);
	mark_dirty(0, CELLS);
	cursor = CELLS - COLUMNS;
}

static void put_printable(char c)
{
	shadow[cursor] = GREY_ON_BLACK | (c >= ' ' && c <= '~' ? (uint8_t)c : '?');
	mark_dirty(cursor, cursor + 1);
	if ((cursor + 1) % COLUMNS == 0)
		next_line();
	else
		cursor++;
}

static void put_char(char c)
{
	switch (c) {
	case '\n':
		next_line();
		break;
	case '\r':
		cursor -= cursor % COLUMNS;
		break;
	case '\b':
		cursor -= cursor % COLUMNS != 0;
		break;
	case '\t':
		do {
			put_printable(' ');
		} while (cursor % TAB_WIDTH != 0);
		break;
	default:
		put_printable(c);
	}
}

void vga_text_init(volatile uint16_t *cells)
{
	screen = cells;
	cursor = 0;
	if (!screen)
		return;
	blank(0, CELLS);
	mark_dirty(0, CELLS);
	show();
}

void vga_text_write(const char *text, size_t size)
{
	if (!screen)
		return;
	for (size_t i = 0; i < size; i++)
		put_char(text[i]);
	show();
}
