/*
 * A screen of character cells: what it should show, and what it does show. Writers change the
 * former; cells_draw() hands the cells that differ to whoever draws them. So nothing is ever read
 * back from a screen, and scrolling costs what it changes, once, however often it scrolled. Pure.
 */
#pragma once

#include "lib/base.h"

#define CELLS_MAX	  18432 /* cells of a screen: 240 by 75 and more */
#define CELLS_COLUMNS_MAX 256
#define CELLS_ROWS_MAX	  128

#define CELL_BOLD      0x01
#define CELL_UNDERLINE 0x02
#define CELL_REVERSE   0x04
#define CELL_CURSOR    0x08 /* only in what is shown */
#define CELL_SECOND    0x10 /* the right half of a wide character; `code` is a space */

/* Colours are those of ECMA-48: 0 black, red, green, yellow, blue, magenta, cyan, white; +8 bright.
 */
#define CELL_COLOUR(fg, bg) ((uint8_t)((fg) | (bg) << 4))
#define CELL_COLOUR_DEFAULT CELL_COLOUR(7, 0)

struct cell {
	union {
		struct {
			uint16_t code; /* Unicode */
			uint8_t colour;
			uint8_t flags;
		};
		uint32_t raw;
	};
};

#define CELL_BLANK ((struct cell){.code = ' ', .colour = CELL_COLOUR_DEFAULT})

/* Lines are [0, rows), columns [0, columns), and so are the cursor's. */
struct cells {
	unsigned rows, columns;
	struct cell *wanted; /* rows of cells; line[i] says which of them is line i */
	struct cell *shown;  /* rows, in order */
	uint8_t line[CELLS_ROWS_MAX];
	bool changed[CELLS_ROWS_MAX]; /* line i may differ */
	unsigned row, column;	      /* the cursor */
	bool wrapping; /* it stands behind the last column, which it shows as its place */
	bool cursor_hidden;
	unsigned cursor_drawn; /* what cursor_place() was when it was drawn last */
	unsigned top, bottom;  /* the lines that scroll: [top, bottom) */
	unsigned work;	       /* cells that were written, to limit what is done at once */
	struct cell
		*history; /* lines that have left at the top, in a ring; NULL: they are not kept */
	unsigned history_lines;		     /* that it has room for */
	unsigned history_used, history_next; /* lines in it; where the next goes */
	unsigned back;			     /* so many of them are shown, above the first lines */
	unsigned jump; /* so many lines are scrolled at a time at the bottom */
};

/* Draw a cell. */
typedef void (*cells_draw_fn)(unsigned row, unsigned column, struct cell cell);

/*
 * Begin with `rows` by `columns` blank cells, at most CELLS_ROWS_MAX, CELLS_COLUMNS_MAX and
 * CELLS_MAX; the screen is blank too. `wanted` and `shown` are as many cells each.
 */
void cells_init(struct cells *cells, unsigned rows, unsigned columns, struct cell *wanted,
		struct cell *shown);

/* Somebody else has drawn on the screen: all cells are to be drawn again. */
void cells_forget(struct cells *cells);

/* The cells of a line. */
static inline struct cell *cells_line(const struct cells *cells, unsigned row)
{
	return cells->wanted + (size_t)cells->line[row] * cells->columns;
}

/* From now on keep lines that leave at the top of the screen in `memory`, of so many lines. */
void cells_keep_history(struct cells *cells, struct cell *memory, unsigned lines);

/* Show the screen as it was `lines` lines ago, or as long ago as is known; 0: as it is. */
void cells_look_back(struct cells *cells, unsigned lines);

/* Move the cursor, to the nearest place on the screen. */
void cells_move(struct cells *cells, int row, int column);

/*
 * Write `cell` at the cursor, which moves on; at the end of a line it stays until the next one, and
 * then wraps if `wrap` says so. Its second half follows when it is `wide`. `insert`: what is to the
 * right moves over.
 */
void cells_put(struct cells *cells, struct cell cell, bool wide, bool wrap, bool insert);

/* Move the cursor down, or up; at the end of the lines that scroll, scroll with `blank` lines. */
void cells_index(struct cells *cells, struct cell blank);
void cells_reverse_index(struct cells *cells, struct cell blank);

/* Move the lines [top, bottom) up (n > 0) or down; `blank` ones come in. */
void cells_scroll(struct cells *cells, unsigned top, unsigned bottom, int n, struct cell blank);

/* Fill the columns [from, to) of a line, cut off at its end. */
void cells_fill(struct cells *cells, unsigned row, unsigned from, unsigned to, struct cell cell);

/* Move what is from `column` on in a line to the right (n > 0) or left; `blank` ones come in. */
void cells_shift(struct cells *cells, unsigned row, unsigned column, int n, struct cell blank);

/*
 * Draw cells that differ, as far as `budget` goes: a cell that is drawn costs 1, and so do 64 that
 * are compared. False when there may be more.
 */
bool cells_draw(struct cells *cells, unsigned budget, cells_draw_fn draw);
