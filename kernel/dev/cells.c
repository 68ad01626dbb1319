#include "dev/cells.h"

#include "lib/string.h"

#define COMPARED 32 /* cells that are compared for the cost of drawing one */

static void fill(struct cell *cells, unsigned n, struct cell cell)
{
	for (unsigned i = 0; i < n; i++)
		cells[i] = cell;
}

void cells_init(struct cells *cells, unsigned rows, unsigned columns, struct cell *wanted,
		struct cell *shown)
{
	*cells = (struct cells){
		.rows = rows,
		.columns = columns,
		.wanted = wanted,
		.shown = shown,
		.bottom = rows,
		.jump = 1,
	};
	for (unsigned row = 0; row < rows; row++)
		cells->line[row] = (uint8_t)row;
	fill(wanted, rows * columns, CELL_BLANK);
	fill(shown, rows * columns, CELL_BLANK);
}

void cells_move(struct cells *cells, int row, int column)
{
	cells->row = (unsigned)MAX(0, MIN(row, (int)cells->rows - 1));
	cells->column = (unsigned)MAX(0, MIN(column, (int)cells->columns - 1));
	cells->wrapping = false;
}

void cells_scroll(struct cells *cells, unsigned top, unsigned bottom, int n, struct cell blank)
{
	unsigned height = bottom - top;
	unsigned by = MIN((unsigned)(n < 0 ? -n : n), height);
	unsigned first_blank = n < 0 ? top : bottom - by;
	uint8_t moved[CELLS_ROWS_MAX];

	memcpy(moved, cells->line + top, height);
	for (unsigned i = 0; i < height; i++) {
		cells->line[top + i] = moved[(i + (n < 0 ? height - by : by)) % height];
		cells->changed[top + i] = true;
	}
	for (unsigned row = first_blank; row < first_blank + by; row++)
		fill(cells_line(cells, row), cells->columns, blank);
}

void cells_index(struct cells *cells, struct cell blank)
{
	unsigned jump = MIN(cells->jump, cells->bottom - cells->top);

	cells->wrapping = false;
	if (cells->row + 1 == cells->bottom) {
		cells_scroll(cells, cells->top, cells->bottom, (int)jump, blank);
		cells->row -= jump - 1;
	} else if (cells->row + 1 < cells->rows) {
		cells->row++;
	}
}

void cells_reverse_index(struct cells *cells, struct cell blank)
{
	cells->wrapping = false;
	if (cells->row == cells->top)
		cells_scroll(cells, cells->top, cells->bottom, -1, blank);
	else if (cells->row > 0)
		cells->row--;
}

void cells_fill(struct cells *cells, unsigned row, unsigned from, unsigned to, struct cell cell)
{
	to = MIN(to, cells->columns);
	if (from < to)
		fill(cells_line(cells, row) + from, to - from, cell);
	cells->changed[row] = true;
}

void cells_shift(struct cells *cells, unsigned row, unsigned column, int n, struct cell blank)
{
	unsigned width = cells->columns - column;
	unsigned by = MIN((unsigned)(n < 0 ? -n : n), width);
	struct cell *at = cells_line(cells, row) + column;

	if (n < 0) {
		memmove(at, at + by, (width - by) * sizeof(*at));
		fill(at + width - by, by, blank);
	} else {
		memmove(at + by, at, (width - by) * sizeof(*at));
		fill(at, by, blank);
	}
	cells->changed[row] = true;
}

/* Write one cell at the cursor, which moves on. */
static void put_one(struct cells *cells, struct cell cell)
{
	cells_line(cells, cells->row)[cells->column] = cell;
	cells->changed[cells->row] = true;
	if (cells->column + 1 < cells->columns)
		cells->column++;
	else
		cells->wrapping = true;
}

void cells_put(struct cells *cells, struct cell cell, bool wide, bool wrap, bool insert)
{
	unsigned width = wide ? 2 : 1;

	if (wrap && (cells->wrapping || cells->column + width > cells->columns)) {
		cells_index(cells, CELL_BLANK);
		cells->column = 0;
	}
	cells->wrapping = false;
	if (insert)
		cells_shift(cells, cells->row, cells->column, (int)width, CELL_BLANK);
	put_one(cells, cell);
	if (wide && !cells->wrapping) {
		cell.code = ' ';
		cell.flags |= CELL_SECOND;
		put_one(cells, cell);
	}
}

/* What a place should show. */
static struct cell wanted_at(const struct cells *cells, unsigned row, unsigned column)
{
	struct cell cell = cells_line(cells, row)[column];

	if (row == cells->row && column == cells->column && !cells->cursor_hidden)
		cell.flags |= CELL_CURSOR;
	return cell;
}

/* Draw what differs in a line, at most `budget` cells; returns how many. */
static unsigned draw_line(struct cells *cells, unsigned row, unsigned budget, cells_draw_fn draw)
{
	struct cell *shown = cells->shown + (size_t)row * cells->columns;
	unsigned drawn = 0;

	for (unsigned column = 0; column < cells->columns; column++) {
		struct cell cell = wanted_at(cells, row, column);

		if (cell.raw == shown[column].raw)
			continue;
		if (drawn == budget)
			return drawn;
		draw(row, column, cell);
		shown[column] = cell;
		drawn++;
	}
	cells->changed[row] = false;
	return drawn;
}

/* The cursor is shown where it is, and no more where it was. */
static void show_cursor(struct cells *cells)
{
	cells->changed[cells->cursor_shown] = true;
	cells->cursor_shown = cells->row;
	cells->changed[cells->row] = true;
}

bool cells_draw(struct cells *cells, unsigned budget, cells_draw_fn draw)
{
	unsigned to_compare = cells->columns / COMPARED + 1;

	show_cursor(cells);
	for (unsigned row = 0; row < cells->rows; row++) {
		if (!cells->changed[row])
			continue;
		if (!budget)
			return false;
		budget -= draw_line(cells, row, budget, draw);
		if (cells->changed[row])
			return false;
		budget -= MIN(budget, to_compare);
	}
	return true;
}
