/*
 * A terminal: bytes that programs write become changes of cells. It knows the control sequences of
 * ECMA-48 and DEC's VT100 to VT220 that programs use for TERM=linux, and most that they use for
 * xterm; UTF-8; what it does not know it skips. Answers to questions of programs are not given. The
 * states of the parser are those of https://vt100.net/emu/dec_ansi_parser. Pure.
 */
#pragma once

#include "dev/cells.h"

#define VT_PARAMETERS 16U

enum vt_state {
	VT_GROUND,
	VT_ESCAPE,	  /* after ESC */
	VT_ESCAPE_MIDDLE, /* after ESC and an intermediate byte */
	VT_CSI,		  /* after ESC [ */
	VT_CSI_MIDDLE,	  /* after ESC [ and an intermediate byte */
	VT_CSI_SKIP,	  /* in such a sequence that is no good */
	VT_OSC,		  /* after ESC ] */
	VT_PALETTE,	  /* in Linux' sequence that changes a colour, which has no end mark */
	VT_STRING,	  /* in a string for the terminal, which is skipped */
};

/* What DECSC saves. */
struct vt_cursor {
	unsigned row, column;
	struct cell pen;  /* a space in the colours and with the flags of new text */
	bool graphics[2]; /* G0 and G1: DEC's line drawing? */
	uint8_t shift;	  /* which of them is used */
	bool origin;	  /* lines count from the first that scrolls */
};

struct vt {
	struct cells *cells;
	struct vt_cursor now, saved; /* row and column of `now` are the cells' */
	bool insert, autowrap;
	bool newline; /* a line feed is a carriage return too */
	uint32_t tabs[CELLS_COLUMNS_MAX / 32];

	enum vt_state state;
	char middle; /* an intermediate byte, or the mark of a private sequence; 0: none */
	unsigned parameters[VT_PARAMETERS + 1]; /* the last one is for those that are too many */
	unsigned last_parameter;		/* the number of the one that is read */
	unsigned skip;				/* bytes of VT_PALETTE */

	uint32_t code;	     /* of UTF-8, so far */
	unsigned more;	     /* bytes that it still wants */
	uint32_t code_least; /* that is not too short for its bytes */
};

/* Make it a terminal that writes into `cells`, which stay as they are. */
void vt_init(struct vt *vt, struct cells *cells);

/*
 * Take bytes that a program wrote, all `n` of them or until `limit` cells' worth of work is done.
 * Returns how many were taken: at least one.
 */
size_t vt_write(struct vt *vt, const char *bytes, size_t n, unsigned limit);
