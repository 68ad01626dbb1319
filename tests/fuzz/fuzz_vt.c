// sources: kernel/dev/vt.c kernel/dev/vt_text.c kernel/dev/vt_sequence.c
// sources: kernel/dev/vt_rendition.c kernel/dev/cells.c
/* The case: lines, columns, and what programs write to a terminal of that size. */
#include "dev/vt.h"
#include "fuzz.h"

#define HISTORY 3 /* lines */

static void draw(unsigned row, unsigned column, struct cell cell)
{
	(void)row;
	(void)column;
	(void)cell;
}

/* Each line is one of the lines that are stored, and the cursor is among them. */
static void check(const struct cells *cells)
{
	bool seen[CELLS_ROWS_MAX] = {false};

	for (unsigned row = 0; row < cells->rows; row++) {
		if (cells->line[row] >= cells->rows || seen[cells->line[row]])
			abort();
		seen[cells->line[row]] = true;
	}
	if (cells->row >= cells->rows || cells->column >= cells->columns)
		abort();
	if (cells->top >= cells->bottom || cells->bottom > cells->rows)
		abort();
}

/* When all is drawn, what is shown is what should be. */
static void check_shown(struct cells *cells)
{
	while (!cells_draw(cells, 7, draw))
		;
	for (unsigned at = 0; at < cells->rows * cells->columns; at++) {
		unsigned row = at / cells->columns, column = at % cells->columns;
		struct cell cell = cells_line(cells, row)[column];
		bool cursor = row == cells->row && column == cells->column;

		if (cursor && !cells->cursor_hidden)
			cell.flags |= CELL_CURSOR;
		if (cells->shown[at].raw != cell.raw)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned rows, columns;
	struct cell *wanted, *shown, *history;
	struct cells cells;
	struct vt vt;

	if (size < 2)
		return 0;
	rows = 1 + data[0] % CELLS_ROWS_MAX;
	columns = 1U + data[1];
	columns = MIN(columns, CELLS_MAX / rows);
	wanted = malloc(rows * columns * sizeof(*wanted));
	shown = malloc(rows * columns * sizeof(*shown));
	history = malloc(HISTORY * columns * sizeof(*history));
	cells_init(&cells, rows, columns, wanted, shown);
	cells_keep_history(&cells, history, HISTORY);
	vt_init(&vt, &cells);
	for (size_t i = 2; i < size; i++) {
		vt_write(&vt, (const char *)data + i, 1, 1);
		if (i % 16 == 0)
			check(&cells);
		if (i % 256 == 0)
			check_shown(&cells);
	}
	check(&cells);
	cells_look_back(&cells, data[0] % (HISTORY + 1));
	while (!cells_draw(&cells, 7, draw))
		;
	cells_look_back(&cells, 0);
	check_shown(&cells);
	free(history);
	free(wanted);
	free(shown);
	return 0;
}
