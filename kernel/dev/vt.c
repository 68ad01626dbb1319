#include "dev/vt_parts.h"

#include "lib/string.h"

#define TAB	      8
#define PARAMETER_MAX 9999U
#define BYTE_WORK     160 /* what a byte costs, in cells that are filled */

enum {
	BEL = 0x07,
	BS,
	HT,
	LF,
	VTAB,
	FF,
	CR,
	SO,
	SI,
	CAN = 0x18,
	SUB = 0x1a,
	ESC,
	DEL = 0x7f,
};

void vt_reset(struct vt *vt)
{
	struct cells *cells = vt->cells;
	bool newline = vt->newline;

	*vt = (struct vt){.cells = cells, .autowrap = true, .newline = newline};
	vt->now.pen = CELL_BLANK;
	vt->saved.pen = CELL_BLANK;
	for (unsigned column = 0; column < CELLS_COLUMNS_MAX; column += TAB)
		vt->tabs[column / 32] |= 1U << column % 32;
	cells->top = 0;
	cells->bottom = cells->rows;
	cells->cursor_hidden = false;
}

void vt_init(struct vt *vt, struct cells *cells)
{
	*vt = (struct vt){.cells = cells};
	vt_reset(vt);
}

static void tab(struct cells *cells, const uint32_t *tabs)
{
	unsigned column = cells->column;

	do
		column++;
	while (column < cells->columns - 1 && !(tabs[column / 32] >> column % 32 & 1));
	cells_move(cells, (int)cells->row, (int)column);
}

/* A control character, which may stand in the middle of a sequence. */
static void control(struct vt *vt, uint8_t byte)
{
	struct cells *cells = vt->cells;

	switch (byte) {
	case BS:
		cells_move(cells, (int)cells->row, (int)cells->column - 1);
		break;
	case HT:
		tab(cells, vt->tabs);
		break;
	case LF:
	case VTAB:
	case FF:
		if (vt->newline)
			cells->column = 0;
		cells_index(cells, vt_blank(vt));
		break;
	case CR:
		cells_move(cells, (int)cells->row, 0);
		break;
	case SO:
	case SI:
		vt->now.shift = byte == SO;
		break;
	default:
		break;
	}
}

/* After ESC. */
static void begin_sequence(struct vt *vt, char c)
{
	vt->middle = 0;
	vt->last_parameter = 0;
	memset(vt->parameters, 0, sizeof(vt->parameters));
	vt->state = VT_GROUND;
	switch (c) {
	case '[':
		vt->state = VT_CSI;
		break;
	case ']':
		vt->state = VT_OSC;
		break;
	case 'P':
	case 'X':
	case '^':
	case '_':
		vt->state = VT_STRING;
		break;
	default:
		vt_escape(vt, c);
		break;
	}
}

/* After ESC [: parameters, intermediate bytes, the last byte (ECMA-48 5.4). */
static void continue_sequence(struct vt *vt, char c)
{
	unsigned *parameter = &vt->parameters[vt->last_parameter];

	if (c >= '0' && c <= '9')
		*parameter = MIN(*parameter * 10 + (unsigned)(c - '0'), PARAMETER_MAX);
	else if (c == ';' || c == ':')
		vt->last_parameter = MIN(vt->last_parameter + 1, VT_PARAMETERS);
	else if (c >= '<' && c <= '?' && !vt->middle)
		vt->middle = c;
	else
		vt->state = VT_CSI_SKIP;
}

static void end_sequence(struct vt *vt, char c)
{
	bool good = vt->state != VT_CSI_SKIP;

	vt->state = VT_GROUND;
	if (good)
		vt_control_sequence(vt, c);
}

/* ESC ] R and ESC ] P nrrggbb are Linux' own; what else begins like that is a string. */
static void begin_osc(struct vt *vt, char c)
{
	vt->state = c == 'R' ? VT_GROUND : c == 'P' ? VT_PALETTE : VT_STRING;
	vt->skip = 7;
}

/* A byte of 0x20 to 0x7e in a sequence. */
static void sequence(struct vt *vt, char c)
{
	bool middle = c < '0', last = c >= '@';

	switch (vt->state) {
	case VT_ESCAPE:
	case VT_ESCAPE_MIDDLE:
		if (middle) {
			vt->state = VT_ESCAPE_MIDDLE;
			vt->middle = c;
		} else if (vt->state == VT_ESCAPE) {
			begin_sequence(vt, c);
		} else {
			vt->state = VT_GROUND;
			vt_escape(vt, c);
		}
		break;
	case VT_OSC:
		begin_osc(vt, c);
		break;
	case VT_PALETTE:
		if (--vt->skip == 0)
			vt->state = VT_GROUND;
		break;
	case VT_STRING:
		break;
	default:
		if (last)
			end_sequence(vt, c);
		else if (vt->state == VT_CSI && !middle)
			continue_sequence(vt, c);
		else
			vt->state = VT_CSI_SKIP;
		break;
	}
}

/* A control character, or another byte in a sequence. */
static void take_special(struct vt *vt, uint8_t byte)
{
	bool in_string = vt->state == VT_STRING || vt->state == VT_OSC;

	vt->more = 0;
	if (byte == ESC) {
		vt->middle = 0;
		vt->state = VT_ESCAPE;
	} else if (byte == CAN || byte == SUB || (byte == BEL && in_string)) {
		vt->state = VT_GROUND;
	} else if (byte < ' ') {
		if (!in_string)
			control(vt, byte);
	} else if (byte < DEL) {
		sequence(vt, (char)byte);
	}
}

size_t vt_write(struct vt *vt, const char *bytes, size_t n, unsigned limit)
{
	unsigned end = vt->cells->work + limit;
	size_t i = 0;

	while (i < n && (int)(end - vt->cells->work) > 0) {
		uint8_t byte = (uint8_t)bytes[i++];

		if (vt->state == VT_GROUND && byte >= ' ' && byte != DEL)
			vt_text(vt, byte);
		else
			take_special(vt, byte);
		vt->cells->work += BYTE_WORK;
	}
	return i;
}
