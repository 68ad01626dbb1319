/* What the control sequences of a terminal do (ECMA-48 8.3, VT220 Programmer Reference 4). */
#include "dev/vt_parts.h"

/* Parameter `i`; where it is missing or 0, 1. */
static int count(const struct vt *vt, unsigned i)
{
	return vt->parameters[i] ? (int)vt->parameters[i] : 1;
}

/* Move the cursor by lines and columns; it does not leave the lines that scroll. */
static void move_by(struct cells *cells, int rows, int columns)
{
	int row = (int)cells->row, top = 0, bottom = (int)cells->rows - 1;

	if (cells->row >= cells->top)
		top = (int)cells->top;
	if (cells->row < cells->bottom)
		bottom = (int)cells->bottom - 1;
	cells_move(cells, MAX(top, MIN(row + rows, bottom)), (int)cells->column + columns);
}

/* Move the cursor to a place that the program counts from 1. */
static void move_to(struct vt *vt, int row, int column)
{
	struct cells *cells = vt->cells;

	if (vt->now.origin)
		row = MIN(row + (int)cells->top, (int)cells->bottom);
	cells_move(cells, row - 1, column - 1);
}

static void erase_lines(struct vt *vt, unsigned from, unsigned to)
{
	for (unsigned row = from; row < to; row++)
		cells_fill(vt->cells, row, 0, vt->cells->columns, vt_blank(vt));
}

/* Where erasing begins: behind the last column it is too late for the character there. */
static unsigned erase_from(const struct cells *cells)
{
	return cells->column + cells->wrapping;
}

/* ED: 0 from the cursor on, 1 up to it, 2 and 3 all. */
static void erase_in_display(struct vt *vt, unsigned what)
{
	struct cells *cells = vt->cells;

	if (what == 0) {
		cells_fill(cells, cells->row, erase_from(cells), cells->columns, vt_blank(vt));
		erase_lines(vt, cells->row + 1, cells->rows);
	} else if (what == 1) {
		erase_lines(vt, 0, cells->row);
		cells_fill(cells, cells->row, 0, cells->column + 1, vt_blank(vt));
	} else if (what <= 3) {
		erase_lines(vt, 0, cells->rows);
	}
}

/* EL: 0 from the cursor on, 1 up to it, 2 all. */
static void erase_in_line(struct vt *vt, unsigned what)
{
	struct cells *cells = vt->cells;

	if (what <= 2)
		cells_fill(cells, cells->row, what == 0 ? erase_from(cells) : 0,
			   what == 1 ? cells->column + 1 : cells->columns, vt_blank(vt));
}

/* IL and DL: lines of the scrolling ones, from the cursor's on. */
static void shift_lines(struct vt *vt, int n)
{
	struct cells *cells = vt->cells;

	if (cells->row < cells->top || cells->row >= cells->bottom)
		return;
	cells_scroll(cells, cells->row, cells->bottom, n, vt_blank(vt));
	cells->column = 0;
	cells->wrapping = false;
}

static void shift_columns(struct vt *vt, int n)
{
	cells_shift(vt->cells, vt->cells->row, vt->cells->column, n, vt_blank(vt));
	vt->cells->wrapping = false;
}

/* DECSTBM */
static void set_region(struct vt *vt)
{
	struct cells *cells = vt->cells;
	unsigned top = (unsigned)count(vt, 0) - 1;
	unsigned bottom = vt->parameters[1] ? vt->parameters[1] : cells->rows;

	bottom = MIN(bottom, cells->rows);
	if (top + 1 >= bottom)
		return;
	cells->top = top;
	cells->bottom = bottom;
	move_to(vt, 1, 1);
}

static void save_cursor(struct vt *vt)
{
	vt->saved = vt->now;
	vt->saved.row = vt->cells->row;
	vt->saved.column = vt->cells->column;
}

static void restore_cursor(struct vt *vt)
{
	vt->now = vt->saved;
	cells_move(vt->cells, (int)vt->saved.row, (int)vt->saved.column);
}

/* TBC: 0 the tab stop at the cursor, 3 all. */
static void clear_tabs(struct vt *vt, unsigned what)
{
	unsigned column = vt->cells->column;

	if (what == 0)
		vt->tabs[column / 32] &= ~(1U << column % 32);
	for (unsigned i = 0; what == 3 && i < ARRAY_SIZE(vt->tabs); i++)
		vt->tabs[i] = 0;
}

static void set_private_mode(struct vt *vt, unsigned mode, bool on)
{
	switch (mode) {
	case 6: /* DECOM */
		vt->now.origin = on;
		move_to(vt, 1, 1);
		break;
	case 7: /* DECAWM */
		vt->autowrap = on;
		break;
	case 25: /* DECTCEM */
		vt->cells->cursor_hidden = !on;
		break;
	default:
		break;
	}
}

/* SM, RM and their private kin. */
static void set_modes(struct vt *vt, bool on)
{
	for (unsigned i = 0; i < vt_parameters(vt); i++) {
		unsigned mode = vt->parameters[i];

		if (vt->middle == '?')
			set_private_mode(vt, mode, on);
		else if (mode == 4) /* IRM */
			vt->insert = on;
		else if (mode == 20) /* LNM */
			vt->newline = on;
	}
}

/* Sequences that move the cursor. False: `last` ends another one. */
static bool move(struct vt *vt, char last)
{
	struct cells *cells = vt->cells;
	int n = count(vt, 0), row = (int)cells->row + 1;

	switch (last) {
	case 'A': /* CUU */
		move_by(cells, -n, 0);
		return true;
	case 'B': /* CUD, VPR */
	case 'e':
		move_by(cells, n, 0);
		return true;
	case 'C': /* CUF, HPR */
	case 'a':
		move_by(cells, 0, n);
		return true;
	case 'D': /* CUB */
		move_by(cells, 0, -n);
		return true;
	case 'E': /* CNL */
		move_by(cells, n, -(int)cells->column);
		return true;
	case 'F': /* CPL */
		move_by(cells, -n, -(int)cells->column);
		return true;
	case 'G': /* CHA, HPA */
	case '`':
		cells_move(cells, row - 1, n - 1);
		return true;
	case 'd': /* VPA */
		move_to(vt, n, (int)cells->column + 1);
		return true;
	case 'H': /* CUP, HVP */
	case 'f':
		move_to(vt, n, count(vt, 1));
		return true;
	default:
		return false;
	}
}

/* Sequences that change cells. False: `last` ends another one. */
static bool edit(struct vt *vt, char last)
{
	struct cells *cells = vt->cells;
	int n = count(vt, 0);

	switch (last) {
	case '@': /* ICH */
		shift_columns(vt, n);
		return true;
	case 'P': /* DCH */
		shift_columns(vt, -n);
		return true;
	case 'L': /* IL */
		shift_lines(vt, -n);
		return true;
	case 'M': /* DL */
		shift_lines(vt, n);
		return true;
	case 'S': /* SU */
		cells_scroll(cells, cells->top, cells->bottom, n, vt_blank(vt));
		return true;
	case 'T': /* SD */
		cells_scroll(cells, cells->top, cells->bottom, -n, vt_blank(vt));
		return true;
	case 'X': /* ECH */
		cells_fill(cells, cells->row, cells->column, cells->column + (unsigned)n,
			   vt_blank(vt));
		return true;
	case 'J':
		erase_in_display(vt, vt->parameters[0]);
		return true;
	case 'K':
		erase_in_line(vt, vt->parameters[0]);
		return true;
	default:
		return false;
	}
}

void vt_control_sequence(struct vt *vt, char last)
{
	if (vt->middle && !(vt->middle == '?' && (last == 'h' || last == 'l')))
		return;
	if (move(vt, last) || edit(vt, last))
		return;
	switch (last) {
	case 'g':
		clear_tabs(vt, vt->parameters[0]);
		break;
	case 'h':
	case 'l':
		set_modes(vt, last == 'h');
		break;
	case 'm':
		vt_set_rendition(vt);
		break;
	case 'r':
		set_region(vt);
		break;
	case 's':
		save_cursor(vt);
		break;
	case 'u':
		restore_cursor(vt);
		break;
	default:
		break;
	}
}

/* With an intermediate byte: a character set for G0 or G1. */
static void designate(struct vt *vt, char last)
{
	if (vt->middle == '(' || vt->middle == ')')
		vt->now.graphics[vt->middle == ')'] = last == '0';
}

void vt_escape(struct vt *vt, char last)
{
	struct cells *cells = vt->cells;

	if (vt->middle) {
		designate(vt, last);
		return;
	}
	switch (last) {
	case '7': /* DECSC */
		save_cursor(vt);
		break;
	case '8': /* DECRC */
		restore_cursor(vt);
		break;
	case 'D': /* IND */
		cells_index(cells, vt_blank(vt));
		break;
	case 'E': /* NEL */
		cells->column = 0;
		cells_index(cells, vt_blank(vt));
		break;
	case 'H': /* HTS */
		vt->tabs[cells->column / 32] |= 1U << cells->column % 32;
		break;
	case 'M': /* RI */
		cells_reverse_index(cells, vt_blank(vt));
		break;
	case 'c': /* RIS */
		vt_reset(vt);
		erase_lines(vt, 0, cells->rows);
		cells_move(cells, 0, 0);
		break;
	default:
		break;
	}
}
