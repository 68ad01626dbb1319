#include "dev/cells.h"

#include "lib/string.h"

#define COMPARED 64 /* cells that are compared for the cost of drawing one */

static inline void put_pair(struct cell *at, uint64_t pair)
{
	__builtin_memcpy(at, &pair, sizeof(pair));
}

/* Fill a row of cells, most of it by eights. */
static void fill(struct cells *cells, struct cell *row, unsigned n, struct cell cell)
{
	uint64_t pair = (uint64_t)cell.raw << 32 | cell.raw;

	cells->work += n;
	for (; n >= 8; n -= 8, row += 8) {
		put_pair(row, pair);
		put_pair(row + 2, pair);
		put_pair(row + 4, pair);
		put_pair(row + 6, pair);
	}
	for (; n > 0; n--)
		*row++ = cell;
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
	fill(cells, wanted, rows * columns, CELL_BLANK);
	fill(cells, shown, rows * columns, CELL_BLANK);
}

void cells_move(struct cells *cells, int row, int column)
{
	cells->row = (unsigned)MAX(0, MIN(row, (int)cells->rows - 1));
	cells->column = (unsigned)MAX(0, MIN(column, (int)cells->columns - 1));
	cells->wrapping = false;
}

void cells_keep_history(struct cells *cells, struct cell *memory, unsigned lines)
{
	cells->history = memory;
	cells->history_lines = lines;
}

void cells_look_back(struct cells *cells, unsigned lines)
{
	cells->back = MIN(lines, cells->history_used);
	memset(cells->changed, true, cells->rows);
}

/* What is shown in a line: of the history the last `back` lines, then the screen's own. */
static const struct cell *visible_line(const struct cells *cells, unsigned row)
{
	unsigned at;

	if (row >= cells->back)
		return cells_line(cells, row - cells->back);
	at = cells->history_next + cells->history_lines - (cells->back - row);
	return cells->history + (size_t)(at % cells->history_lines) * cells->columns;
}

static void remember(struct cells *cells, const struct cell *line)
{
	memcpy(cells->history + (size_t)cells->history_next * cells->columns, line,
	       cells->columns * sizeof(*line));
	cells->history_next = (cells->history_next + 1) % cells->history_lines;
	cells->history_used = MIN(cells->history_used + 1, cells->history_lines);
	cells->work += cells->columns;
}

void cells_scroll(struct cells *cells, unsigned top, unsigned bottom, int n, struct cell blank)
{
	unsigned height = bottom - top;
	unsigned by = MIN((unsigned)(n < 0 ? -n : n), height);
	unsigned stay = height - by;
	uint8_t *line = cells->line + top, gone[CELLS_ROWS_MAX];

	if (n < 0) {
		memcpy(gone, line + stay, by);
		memmove(line + by, line, stay);
		memcpy(line, gone, by);
	} else {
		memcpy(gone, line, by);
		memmove(line, line + by, stay);
		memcpy(line + stay, gone, by);
	}
	memset(cells->changed + top, true, height);
	for (unsigned i = 0; i < by; i++) {
		struct cell *row = cells->wanted + (size_t)gone[i] * cells->columns;

		if (cells->history && n > 0 && height == cells->rows)
			remember(cells, row);
		fill(cells, row, cells->columns, blank);
	}
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
		fill(cells, cells_line(cells, row) + from, to - from, cell);
	cells->changed[row] = true;
}

void cells_shift(struct cells *cells, unsigned row, unsigned column, int n, struct cell blank)
{
	unsigned width = cells->columns - column;
	unsigned by = MIN((unsigned)(n < 0 ? -n : n), width);
	struct cell *at = cells_line(cells, row) + column;

	if (n < 0) {
		memmove(at, at + by, (width - by) * sizeof(*at));
		fill(cells, at + width - by, by, blank);
	} else {
		memmove(at + by, at, (width - by) * sizeof(*at));
		fill(cells, at, by, blank);
	}
	cells->work += width;
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

/* Where the cursor is to be seen: a cell's number, plus 1; 0: nowhere. */
static unsigned cursor_place(const struct cells *cells)
{
	if (cells->cursor_hidden || cells->back)
		return 0;
	return cells->row * cells->columns + cells->column + 1;
}

/* Draw what differs in a line, at most `budget` cells; returns how many. */
static unsigned draw_line(struct cells *cells, unsigned row, unsigned budget, cells_draw_fn draw)
{
	const struct cell *line = visible_line(cells, row);
	unsigned columns = cells->columns, drawn = 0;
	struct cell *shown = cells->shown + (size_t)row * columns;
	bool has_cursor = cursor_place(cells) && row == cells->row;
	unsigned cursor = has_cursor ? cells->column : columns;

	for (unsigned column = 0; column < columns; column++) {
		struct cell cell = line[column];

		if (cell.raw == shown[column].raw && column != cursor)
			continue;
		cell.flags |= column == cursor ? CELL_CURSOR : 0;
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
	unsigned place = cursor_place(cells);

	if (place == cells->cursor_drawn)
		return;
	if (cells->cursor_drawn)
		cells->changed[(cells->cursor_drawn - 1) / cells->columns] = true;
	if (place)
		cells->changed[cells->row] = true;
	cells->cursor_drawn = place;
}

void cells_forget(struct cells *cells)
{
	const struct cell unknown = {.raw = UINT32_MAX}; /* which is no cell's */

	fill(cells, cells->shown, cells->rows * cells->columns, unknown);
	memset(cells->changed, true, cells->rows);
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
