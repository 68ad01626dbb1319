// sources: kernel/dev/vt.c kernel/dev/vt_text.c kernel/dev/vt_sequence.c
// sources: kernel/dev/vt_rendition.c kernel/dev/cells.c
/*
 * Show a session on a screen of cells, and print them: a line for each, with row, column, code,
 * foreground, background, flags; and the cursor in the end. usage: vt_replay ROWS COLUMNS <session
 */
#include <stdio.h>
#include <stdlib.h>

#include "dev/vt.h"

static struct cell wanted[CELLS_MAX], shown[CELLS_MAX];
static unsigned drawn;

static void draw(unsigned row, unsigned column, struct cell cell)
{
	(void)row;
	(void)column;
	(void)cell;
	drawn++;
}

/* What was drawn is what should be there. */
static void check_drawn(const struct cells *cells)
{
	for (unsigned row = 0; row < cells->rows; row++) {
		for (unsigned column = 0; column < cells->columns; column++) {
			struct cell cell = shown[row * cells->columns + column];

			cell.flags &= (uint8_t)~CELL_CURSOR;
			if (cell.raw != cells_line(cells, row)[column].raw)
				abort();
		}
	}
}

static void print(const struct cells *cells)
{
	for (unsigned row = 0; row < cells->rows; row++) {
		for (unsigned column = 0; column < cells->columns; column++) {
			struct cell cell = cells_line(cells, row)[column];

			printf("%u %u %u %u %u %u\n", row, column, cell.code, cell.colour & 15,
			       cell.colour >> 4, cell.flags);
		}
	}
	printf("%u %u\n", cells->row, cells->column);
}

int main(int argc, char **argv)
{
	struct cells cells;
	struct vt vt;
	char bytes[100];
	size_t n;

	if (argc != 3)
		return 2;
	cells_init(&cells, (unsigned)atoi(argv[1]), (unsigned)atoi(argv[2]), wanted, shown);
	vt_init(&vt, &cells);
	while ((n = fread(bytes, 1, sizeof(bytes), stdin)) > 0) {
		for (size_t taken = 0; taken < n;)
			taken += vt_write(&vt, bytes + taken, n - taken, 500);
		while (!cells_draw(&cells, 50, draw))
			;
		check_drawn(&cells);
	}
	print(&cells);
	return 0;
}
