// sources: kernel/dev/vt.c kernel/dev/vt_text.c kernel/dev/vt_sequence.c kernel/dev/vt_rendition.c
// options: -eva-precision 2
/*
 * The terminal's parser under whatever programs write: any number of any bytes. The cells are what
 * their header says of them: a cursor that is somewhere on the screen after each call.
 */
#include "dev/vt.h"
#include "eva.h"

#define ROWS	6U
#define COLUMNS 20U

static struct cells cells;
static struct vt vt;

static void cursor_moved(void)
{
	cells.row = Frama_C_unsigned_int_interval(0, ROWS - 1);
	cells.column = Frama_C_unsigned_int_interval(0, COLUMNS - 1);
	cells.wrapping = any_bool();
}

void cells_move(struct cells *c, int row, int column)
{
	(void)c;
	(void)row;
	(void)column;
	cursor_moved();
}

void cells_put(struct cells *c, struct cell cell, bool wide, bool wrap, bool insert)
{
	(void)c;
	(void)cell;
	(void)wide;
	(void)wrap;
	(void)insert;
	cursor_moved();
}

void cells_index(struct cells *c, struct cell blank)
{
	(void)c;
	(void)blank;
	cursor_moved();
}

void cells_reverse_index(struct cells *c, struct cell blank)
{
	(void)c;
	(void)blank;
	cursor_moved();
}

void cells_scroll(struct cells *c, unsigned top, unsigned bottom, int n, struct cell blank)
{
	(void)c;
	(void)n;
	(void)blank;
	//@ assert bottom <= 6;
	//@ assert top < 6;
}

void cells_fill(struct cells *c, unsigned row, unsigned from, unsigned to, struct cell cell)
{
	(void)c;
	(void)from;
	(void)to;
	(void)cell;
	//@ assert row < 6;
}

void cells_shift(struct cells *c, unsigned row, unsigned column, int n, struct cell blank)
{
	(void)c;
	(void)n;
	(void)blank;
	//@ assert row < 6;
	//@ assert column < 20;
}

int main(void)
{
	cells.rows = ROWS;
	cells.columns = COLUMNS;
	vt_init(&vt, &cells);
	/*@ loop invariant cells.row < ROWS && cells.column < COLUMNS;
	    loop invariant cells.top < ROWS && cells.bottom <= ROWS;
	    loop invariant vt.last_parameter <= VT_PARAMETERS && vt.more <= 3;
	    loop invariant vt.now.shift <= 1 && vt.saved.shift <= 1; */
	while (any_bool()) {
		char byte = (char)any_u32();

		(void)vt_write(&vt, &byte, 1, 1);
	}
	return 0;
}
