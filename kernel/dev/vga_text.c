#include "dev/vga_text.h"

#include "arch/x86_64/io.h"
#include "core/lock.h"
#include "core/panic.h"
#include "lib/string.h"

#define COLUMNS	    80
#define ROWS	    25
#define BLANK	    0x0720 /* a space, light grey on black */
#define TAB	    8
#define CRTC_INDEX  0x3d4
#define CRTC_DATA   0x3d5
#define CRTC_CURSOR 0x0e /* high byte of the cursor's place; 0x0f: low byte */

static struct lock screen_lock = LOCK_INIT("screen", RANK_PORT);
static volatile uint16_t *screen;      /* [screen_lock] */
static uint16_t shadow[ROWS][COLUMNS]; /* [screen_lock] reading the screen itself is slow */
static unsigned row, column;	       /* [screen_lock] */

static void show_row(unsigned r)
{
	for (unsigned c = 0; c < COLUMNS; c++)
		screen[r * COLUMNS + c] = shadow[r][c];
}

static void blank_row(unsigned r)
{
	for (unsigned c = 0; c < COLUMNS; c++)
		shadow[r][c] = BLANK;
}

static void new_line(void)
{
	column = 0;
	if (++row < ROWS)
		return;
	row = ROWS - 1;
	memmove(shadow[0], shadow[1], sizeof(shadow[0]) * (ROWS - 1));
	blank_row(ROWS - 1);
	for (unsigned r = 0; r < ROWS; r++)
		show_row(r);
}

static void put(char c)
{
	if (c == '\n') {
		new_line();
		return;
	}
	if (column == COLUMNS)
		new_line();
	shadow[row][column] = (uint16_t)((BLANK & 0xff00) | (c >= ' ' && c <= '~' ? c : '.'));
	screen[row * COLUMNS + column] = shadow[row][column];
	column++;
}

static void put_tab(void)
{
	do
		put(' ');
	while (column % TAB);
}

static void move_cursor(void)
{
	unsigned at = row * COLUMNS + MIN(column, COLUMNS - 1U);

	outb(CRTC_INDEX, CRTC_CURSOR);
	outb(CRTC_DATA, (uint8_t)(at >> 8));
	outb(CRTC_INDEX, CRTC_CURSOR + 1);
	outb(CRTC_DATA, (uint8_t)at);
}

void vga_text_use(volatile uint16_t *cells)
{
	static bool cleared;

	screen = cells;
	if (!screen || cleared)
		return;
	for (unsigned r = 0; r < ROWS; r++) {
		blank_row(r);
		show_row(r);
	}
	cleared = true;
}

static void write_locked(const char *text, size_t length)
{
	if (!screen)
		return;
	for (size_t i = 0; i < length; i++) {
		if (text[i] == '\t')
			put_tab();
		else
			put(text[i]);
	}
	move_cursor();
}

void vga_text_write(const char *text, size_t length)
{
	bool locked = !panic_active();

	if (locked)
		lock_acquire(&screen_lock);
	write_locked(text, length);
	if (locked)
		lock_release(&screen_lock);
}
