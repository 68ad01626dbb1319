// sources: kernel/dev/cells.c
// options: -eva-precision 2 -eva-slevel 500 -eva-slevel-function draw_line:10,cells_draw:100
// variants: -D__builtin_memcpy=memcpy
/*
 * The cells of a small screen: one call of any function, with any arguments that its header allows,
 * in any state that is allowed, stays inside the screen's memory and leads to such a state. That
 * each line is there once is for the fuzzer.
 */
#include "dev/cells.h"
#include "eva.h"

#define ROWS	3
#define COLUMNS 9 /* one more than are filled at once */
#define HISTORY 2

static struct cells cells;
static struct cell shown[ROWS * COLUMNS], history[HISTORY * COLUMNS];
/* Frama-C has memmove() take no bytes only where there could be one; nobody writes there. */
static struct cell wanted[ROWS * COLUMNS + 1];

static unsigned below(unsigned end)
{
	return Frama_C_unsigned_int_interval(0, end - 1);
}

static struct cell any_cell(void)
{
	return (struct cell){.raw = any_u32()};
}

/* Any number, given one up to `end`, which stands for itself and all beyond. */
static unsigned or_beyond(unsigned n, unsigned end)
{
	return n < end ? n : Frama_C_unsigned_int_interval(end, INT32_MAX);
}

static void any_state(void)
{
	cells_init(&cells, ROWS, COLUMNS, wanted, shown);
	Frama_C_make_unknown((char *)wanted, ROWS * COLUMNS * sizeof(struct cell));
	Frama_C_make_unknown((char *)shown, sizeof(shown));
	Frama_C_make_unknown((char *)history, sizeof(history));
	for (unsigned row = 0; row < ROWS; row++) {
		cells.line[row] = (uint8_t)below(ROWS);
		cells.changed[row] = any_bool();
	}
	cells.row = below(ROWS);
	cells.column = below(COLUMNS);
	cells.wrapping = any_bool();
	cells.cursor_hidden = any_bool();
	cells.cursor_drawn = below(ROWS * COLUMNS + 1);
	cells_keep_history(&cells, history, HISTORY);
	cells.history_used = below(HISTORY + 1);
	cells.history_next = below(HISTORY);
	cells.back = below(HISTORY + 1);
}

static void check_state(void)
{
	//@ assert cells.row < ROWS;
	//@ assert cells.column < COLUMNS;
	//@ assert cells.line[0] < ROWS;
	//@ assert cells.line[1] < ROWS;
	//@ assert cells.line[2] < ROWS;
	//@ assert cells.cursor_drawn <= ROWS * COLUMNS;
	//@ assert cells.history_used <= HISTORY;
	//@ assert cells.back <= HISTORY;
	//@ assert wanted[ROWS * COLUMNS].raw == 0;
}

static void any_draw(unsigned row, unsigned column, struct cell cell)
{
	(void)cell;
	//@ assert row < ROWS;
	//@ assert column < COLUMNS;
}

static void any_scroll(void)
{
	unsigned bottom = 1 + below(ROWS), top = below(ROWS), by = below(ROWS + 1);
	int n;

	//@ split bottom;
	//@ split top;
	//@ split by;
	if (top >= bottom)
		return;
	n = (int)or_beyond(by, ROWS);
	if (any_bool())
		cells_keep_history(&cells, NULL, 0);
	cells_scroll(&cells, top, bottom, any_bool() ? n : -n, any_cell());
}

static void any_shift(void)
{
	unsigned column = below(COLUMNS), by = below(COLUMNS + 1);
	int n;

	//@ split column;
	//@ split by;
	n = (int)or_beyond(by, COLUMNS);
	cells_shift(&cells, below(ROWS), column, any_bool() ? n : -n, any_cell());
}

static void any_fill(void)
{
	unsigned from = below(COLUMNS + 1), to = below(COLUMNS + 1);

	//@ split from;
	//@ split to;
	cells_fill(&cells, below(ROWS), or_beyond(from, COLUMNS), or_beyond(to, COLUMNS),
		   any_cell());
}

static void any_put(void)
{
	unsigned column = below(COLUMNS);
	bool wide = any_bool();

	//@ split column;
	//@ split wide;
	cells.column = column;
	cells_put(&cells, any_cell(), wide, any_bool(), any_bool());
}

static void any_index(void)
{
	unsigned bottom = 1 + below(ROWS), top = below(ROWS), jump = 1 + below(ROWS),
		 row = below(ROWS);

	//@ split bottom;
	//@ split top;
	//@ split jump;
	//@ split row;
	if (top >= bottom)
		return;
	cells.top = top;
	cells.bottom = bottom;
	cells.jump = or_beyond(jump, ROWS);
	cells.row = row;
	if (any_bool())
		cells_index(&cells, any_cell());
	else
		cells_reverse_index(&cells, any_cell());
}

static void any_call(void)
{
	switch (any_u32()) {
	case 0:
		any_scroll();
		break;
	case 1:
		any_shift();
		break;
	case 2:
		any_fill();
		break;
	case 3:
		any_put();
		break;
	case 4:
		any_index();
		break;
	case 5:
		cells_move(&cells, (int)any_u32(), (int)any_u32());
		break;
	case 6:
		cells_forget(&cells);
		break;
	case 7:
		cells_look_back(&cells, any_u32());
		break;
	default:
		(void)cells_draw(&cells, any_u32(), any_draw);
		break;
	}
}

int main(void)
{
	any_state();
	any_call();
	check_state();
	return 0;
}
